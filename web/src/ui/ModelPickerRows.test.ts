import { describe, expect, it } from "vitest";
import { type ModelRow, firstRow, rowsOf, stepped, vendorOf } from "@/ui/ModelPickerRows";

const MODELS = [
  { id: "north/large", context: 8000, price: { input: 3, output: 15 } },
  { id: "north/small", title: "A small one", context: 200_000, price: { input: 0.1, output: 0.4 } },
  { id: "mini", context: 32_000 },
  { id: "south/free", vendor: "South", price: { input: 0, output: 0 } },
  { id: "stranger", external: true },
];

const NONE = new Set<string>();

const written = (rows: readonly ModelRow[]) =>
  rows.map((row) => {
    if (row.kind === "typed") return `use ${row.id}`;
    if (row.kind === "model") return row.model.id;
    return `# ${row.group.kind === "vendor" ? row.group.vendor : row.group.kind} ${row.count}`;
  });

describe("rowsOf", () => {
  it("groups by vendor, those without one after them, and the external ones last", () => {
    expect(written(rowsOf(MODELS, NONE, "", "name"))).toEqual([
      "# north 2",
      "north/small",
      "north/large",
      "# South 1",
      "south/free",
      "#  1",
      "mini",
      "# external 1",
      "stranger",
    ]);
  });

  it("puts favourites first, and only there", () => {
    const rows = written(rowsOf(MODELS, new Set(["stranger", "mini"]), "", "name"));

    expect(rows.slice(0, 3)).toEqual(["# favourites 2", "mini", "stranger"]);
    expect(rows.filter((row) => row === "mini")).toHaveLength(1);
    expect(rows).not.toContain("# external 1");
  });

  it("compares all by price, those without one last", () => {
    expect(written(rowsOf(MODELS, NONE, "", "price"))).toEqual([
      "# all 4",
      "south/free",
      "north/small",
      "north/large",
      "mini",
      "# external 1",
      "stranger",
    ]);
  });

  it("compares all by context, the longest first", () => {
    expect(written(rowsOf(MODELS, NONE, "", "context")).slice(1, 4)).toEqual([
      "north/small",
      "mini",
      "north/large",
    ]);
  });

  it("finds by every word, in id, title and vendor", () => {
    expect(written(rowsOf(MODELS, NONE, "small north", "name"))).toEqual([
      "use small north",
      "# north 1",
      "north/small",
    ]);
    expect(written(rowsOf(MODELS, NONE, "SOUTH", "name"))).toContain("south/free");
  });

  it("offers what was typed unless it is listed", () => {
    expect(written(rowsOf(MODELS, NONE, " made-up ", "name"))).toEqual(["use made-up"]);
    expect(written(rowsOf(MODELS, NONE, "mini", "name"))).not.toContain("use mini");
  });

});

describe("the row one stands on", () => {
  const rows = rowsOf(MODELS, NONE, "", "name");

  it("is the chosen one at first, else the first model, else what was typed", () => {
    expect(rows[firstRow(rows, "mini")]).toMatchObject({ model: { id: "mini" } });
    expect(rows[firstRow(rows, null)]).toMatchObject({ model: { id: "north/small" } });
    expect(firstRow(rowsOf(MODELS, NONE, "made-up", "name"), null)).toBe(0);
    expect(firstRow([], null)).toBe(-1);
  });

  it("is the one whose id was typed, also where another is chosen", () => {
    const found = rowsOf(MODELS, new Set(["north/small"]), "north/large", "name");

    expect(found[firstRow(found, "north/small", " north/large ")]).toMatchObject({ model: { id: "north/large" } });
  });

  it("steps over headings and stays at the ends", () => {
    const first = firstRow(rows, null);

    expect(stepped(rows, first, -1)).toBe(first);
    expect(rows[stepped(rows, first, 2)]).toMatchObject({ model: { id: "south/free" } });
    expect(rows[stepped(rows, first, 10)]).toMatchObject({ model: { id: "stranger" } });
  });
});

describe("vendorOf", () => {
  it("is what the id begins with where nobody says", () => {
    expect(vendorOf({ id: "a/b/c" })).toBe("a");
    expect(vendorOf({ id: "alone" })).toBe("");
    expect(vendorOf({ id: "a/b", vendor: "B" })).toBe("B");
  });
});
