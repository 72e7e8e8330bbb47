/** Which rows a list of models shows: sought, grouped and sorted. */

export type ListedModel = {
  id: string;
  title?: string | null | undefined;
  vendor?: string | null | undefined;
  /** In tokens. */
  context?: number | null | undefined;
  /** US dollars per million tokens. */
  price?:
    | { input?: number | null | undefined; output?: number | null | undefined }
    | null
    | undefined;
  /** Reported by the endpoint, and not known to us. */
  external?: boolean | undefined;
  inputs?: readonly string[] | undefined;
  reasoning?: boolean | null | undefined;
  tools?: boolean | null | undefined;
  /** `missing`: chosen, and in nobody's list. */
  extra?: { missing?: unknown } | undefined;
};

export type Sort = "name" | "price" | "context";

export type Group =
  | { kind: "favourites" | "external" | "all" }
  | { kind: "vendor"; vendor: string };

export type ModelRow =
  | { kind: "group"; group: Group; count: number }
  | { kind: "model"; model: ListedModel; favourite: boolean }
  /** What was typed, to be taken as it stands. */
  | { kind: "typed"; id: string };

/** Return who made a model: as the list says, else what its id begins with. */
export function vendorOf(model: ListedModel): string {
  if (model.vendor) return model.vendor;
  const [first, ...rest] = model.id.split("/");
  return rest.length && first ? first : "";
}

const said = (model: ListedModel) => (model.title ?? model.id).toLowerCase();

const byName = (one: ListedModel, other: ListedModel) => {
  const a = said(one);
  const b = said(other);
  return a < b ? -1 : a > b ? 1 : 0;
};

const cost = (model: ListedModel) => {
  const { input, output } = model.price ?? {};
  return input == null && output == null
    ? Number.POSITIVE_INFINITY
    : (input ?? 0) + (output ?? 0);
};

const SORTS: Record<Sort, (one: ListedModel, other: ListedModel) => number> = {
  name: byName,
  price: (one, other) => compare(cost(one), cost(other)) || byName(one, other),
  context: (one, other) => compare(other.context ?? -1, one.context ?? -1) || byName(one, other),
};

const compare = (one: number, other: number) => (one < other ? -1 : one > other ? 1 : 0);

/** Return the models that have every word of `sought` in their id, title or vendor. */
export function matching(models: readonly ListedModel[], sought: string): readonly ListedModel[] {
  const words = sought.toLowerCase().split(/\s+/).filter(Boolean);
  if (!words.length) return models;
  return models.filter((model) => {
    const text = `${model.id} ${model.title ?? ""} ${model.vendor ?? ""}`.toLowerCase();
    return words.every((word) => text.includes(word));
  });
}

/**
 * Return the rows to show: favourites, then the rest by vendor (or all together where they are
 * compared by price or context), then the external ones.
 */
export function rowsOf(
  models: readonly ListedModel[],
  favourites: ReadonlySet<string>,
  sought: string,
  sort: Sort,
): ModelRow[] {
  const typed = sought.trim();
  const found = [...matching(models, typed)].sort(SORTS[sort]);
  const liked = found.filter((model) => favourites.has(model.id));
  const rest = found.filter((model) => !favourites.has(model.id));
  const known = rest.filter((model) => !model.external);
  const external = rest.filter((model) => model.external);

  const rows: ModelRow[] = [];
  const show = (group: Group, shown: readonly ListedModel[]) => {
    if (!shown.length) return;
    rows.push({ kind: "group", group, count: shown.length });
    for (const model of shown) {
      rows.push({ kind: "model", model, favourite: favourites.has(model.id) });
    }
  };
  if (typed && !models.some((model) => model.id === typed)) rows.push({ kind: "typed", id: typed });
  show({ kind: "favourites" }, liked);
  if (sort === "name") {
    for (const [vendor, of] of byVendor(known)) show({ kind: "vendor", vendor }, of);
  } else {
    show({ kind: "all" }, known);
  }
  show({ kind: "external" }, external);
  return rows;
}

/** Models that name no vendor come last. */
function byVendor(models: readonly ListedModel[]): [string, ListedModel[]][] {
  const groups = new Map<string, ListedModel[]>();
  for (const model of models) {
    const vendor = vendorOf(model);
    const of = groups.get(vendor);
    if (of) of.push(model);
    else groups.set(vendor, [model]);
  }
  return [...groups].sort(([one], [other]) =>
    !one ? 1 : !other ? -1 : one.toLowerCase().localeCompare(other.toLowerCase()),
  );
}

/**
 * Return the row to stand on at first: the model whose id was typed in full, else the chosen one,
 * else the first, else the typed id.
 */
export function firstRow(rows: readonly ModelRow[], chosen: string | null, sought = ""): number {
  for (const id of [sought.trim(), chosen]) {
    const at = rows.findIndex((row) => row.kind === "model" && row.model.id === id);
    if (at >= 0) return at;
  }
  const model = rows.findIndex((row) => row.kind === "model");
  return model >= 0 ? model : rows.findIndex((row) => row.kind === "typed");
}

/** Return the next row one can stand on, `by` rows from `at`; `at` where there is none. */
export function stepped(rows: readonly ModelRow[], at: number, by: number): number {
  const way = by < 0 ? -1 : 1;
  let here = at;
  let left = Math.abs(by);
  for (let next = at + way; next >= 0 && next < rows.length && left > 0; next += way) {
    if (rows[next]?.kind === "group") continue;
    here = next;
    left -= 1;
  }
  return here;
}
