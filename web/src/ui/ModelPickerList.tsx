import { ActionIcon, Group, Loader, Text, TextInput, Tooltip, UnstyledButton } from "@mantine/core";
import { IconArrowDown, IconSearch, IconStar, IconStarFilled, IconX } from "@tabler/icons-react";
import { type KeyboardEvent, useDeferredValue, useId, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import {
  type Components,
  type ContextProp,
  type ListProps,
  Virtuoso,
  type VirtuosoHandle,
} from "react-virtuoso";
import classes from "@/ui/ModelPicker.module.css";
import { ModelPickerRow } from "@/ui/ModelPickerRow";
import { type Group as Heading, type ListedModel, type Sort, firstRow, rowsOf, stepped } from "@/ui/ModelPickerRows";

const PAGE = 10;
const TALLEST = 420;
const ROW = 40;

type ModelPickerListProps = {
  models: readonly ListedModel[];
  value: string | null;
  onTake: (id: string | null) => void;
  favourites: ReadonlySet<string>;
  onFavourite?: ((id: string) => void) | undefined;
  loading?: boolean | undefined;
  error?: string | null | undefined;
  label: string;
  /** Whether it has a sheet of its own to fill. */
  tall?: boolean | undefined;
};

/** Searches and lists models. Only the rows in sight are drawn, so ten thousand are no burden. */
export function ModelPickerList(props: ModelPickerListProps) {
  const { models, value, onTake, favourites, onFavourite, loading, error, label, tall } = props;
  const { t } = useTranslation();
  const [sought, setSought] = useState("");
  const [sort, setSort] = useState<Sort>("name");
  const [moved, setMoved] = useState<number | null>(null);
  const list = useRef<VirtuosoHandle>(null);
  const id = useId();
  const late = useDeferredValue(sought);
  // A star must not take the row away from under the pointer: groups are as they were at opening.
  const [liked] = useState(favourites);
  const rows = useMemo(() => rowsOf(models, liked, late, sort), [models, liked, late, sort]);
  const first = useMemo(() => firstRow(rows, value, late), [rows, value, late]);
  const active = moved !== null && moved < rows.length ? moved : first;
  const row = rows[active];
  // As tall as all of them need, so that nothing jumps while one types.
  const height = Math.min(TALLEST, Math.max((models.length + 2) * ROW, 2 * ROW));
  const at = row?.kind === "model" ? row.model.id : null;

  const step = (by: number) => {
    const next = stepped(rows, active, by);
    setMoved(next);
    list.current?.scrollIntoView({ index: next, behavior: "auto" });
  };
  const look = (text: string) => {
    setSought(text);
    setMoved(null);
    list.current?.scrollToIndex(0);
  };
  const take = () => {
    // Enter takes what is written, not what was written when the rows were last drawn.
    const now = sought === late ? rows : rowsOf(models, liked, sought, sort);
    const taken = sought === late ? row : now[firstRow(now, value, sought)];
    if (taken?.kind === "model") onTake(taken.model.id);
    else if (taken?.kind === "typed") onTake(taken.id);
  };
  const press = (event: KeyboardEvent) => {
    const steps: Record<string, number> = { ArrowDown: 1, ArrowUp: -1, PageDown: PAGE, PageUp: -PAGE };
    const by = steps[event.key];
    if (by !== undefined) step(by);
    else if (event.key === "Enter") take();
    else return;
    event.preventDefault();
  };

  return (
    <div className={classes.list}>
      <Group gap={4} wrap="nowrap" p={8}>
        <TextInput
          className={classes.search}
          leftSection={<IconSearch size={16} aria-hidden />}
          rightSection={loading ? <Loader size={16} role="img" aria-label={t("Loading the models")} /> : null}
          placeholder={t("Search, or type a model’s id")}
          aria-label={t("Search models")}
          role="combobox"
          aria-expanded
          aria-controls={`${id}-list`}
          aria-activedescendant={row ? `${id}-${active}` : undefined}
          aria-autocomplete="list"
          autoComplete="off"
          spellCheck={false}
          data-autofocus
          value={sought}
          onChange={(event) => look(event.currentTarget.value)}
          onKeyDown={press}
        />
        {onFavourite && (
          <Tooltip label={at ? t("Favourite: {{model}}", { model: at }) : t("Favourite")}>
            <ActionIcon
              size={36}
              variant="subtle"
              aria-label={at ? t("Favourite: {{model}}", { model: at }) : t("Favourite")}
              aria-pressed={at !== null && favourites.has(at)}
              disabled={at === null}
              onClick={() => at && onFavourite(at)}
            >
              {at !== null && favourites.has(at) ? <IconStarFilled size={18} /> : <IconStar size={18} />}
            </ActionIcon>
          </Tooltip>
        )}
        {value !== null && (
          <Tooltip label={t("Choose no model")}>
            <ActionIcon
              size={36}
              variant="subtle"
              color="gray"
              aria-label={t("Choose no model")}
              onClick={() => onTake(null)}
            >
              <IconX size={18} />
            </ActionIcon>
          </Tooltip>
        )}
      </Group>
      <div className={classes.heads} role="group" aria-label={t("Sort by")}>
        <SortHead sort="name" now={sort} onSort={setSort} label={t("Name")} className={classes.nameHead} />
        <SortHead
          sort="price"
          now={sort}
          onSort={setSort}
          label={t("$ per M, in / out")}
          className={classes.priceHead}
        />
        <SortHead sort="context" now={sort} onSort={setSort} label={t("Context")} className={classes.contextHead} />
      </div>
      {error && (
        <Text size="sm" c="var(--tap-bad)" px={12} py={8} role="alert">
          {error}
        </Text>
      )}
      {rows.length === 0 && !loading && (
        <Text size="sm" c="dimmed" px={12} py={12}>
          {t("No models are listed yet. Type the id of one to use it.")}
        </Text>
      )}
        <Virtuoso
          ref={list}
          style={{ height: tall ? "calc(85dvh - 176px)" : height }}
          totalCount={rows.length}
          defaultItemHeight={ROW}
          initialTopMostItemIndex={Math.max(0, first - 3)}
          context={{ id: `${id}-list`, label }}
          components={PARTS}
          itemContent={(index) => {
            const shown = rows[index];
            if (!shown) return null;
            if (shown.kind === "group") return <GroupHead group={shown.group} count={shown.count} />;
            if (shown.kind === "typed") {
              return (
                // eslint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/interactive-supports-focus
                <div
                  id={`${id}-${index}`}
                  role="option"
                  aria-selected={false}
                  className={classes.typed}
                  data-active={index === active || undefined}
                  onClick={() => onTake(shown.id)}
                >
                  {t("Use “{{id}}”", { id: shown.id })}
                </div>
              );
            }
            const { model } = shown;
            return (
              <ModelPickerRow
                id={`${id}-${index}`}
                model={model}
                favourite={favourites.has(model.id)}
                chosen={model.id === value}
                active={index === active}
                onTake={() => onTake(model.id)}
                onFavourite={onFavourite && (() => onFavourite(model.id))}
              />
            );
          }}
        />
    </div>
  );
}

type Listed = { id: string; label: string };

/** Holds the rows in sight, as a list of options to who hears the page. */
function Rows({ context, ...rest }: ListProps & ContextProp<Listed>) {
  return <div {...rest} role="listbox" id={context.id} aria-label={context.label} />;
}

const PARTS: Components<unknown, Listed> = { List: Rows };

function GroupHead({ group, count }: { group: Heading; count: number }) {
  const { t } = useTranslation();
  const names = {
    favourites: t("Favourites"),
    external: t("External"),
    all: t("All models"),
  };
  const name = group.kind === "vendor" ? group.vendor || t("Others") : names[group.kind];
  return (
    <div role="presentation" className={classes.group}>
      {name} <span className={classes.count}>{count}</span>
    </div>
  );
}

type SortHeadProps = {
  sort: Sort;
  now: Sort;
  onSort: (sort: Sort) => void;
  label: string;
  className: string | undefined;
};

function SortHead({ sort, now, onSort, label, className }: SortHeadProps) {
  return (
    <UnstyledButton className={className} aria-pressed={sort === now} onClick={() => onSort(sort)}>
      {label}
      {sort === now && <IconArrowDown size={12} aria-hidden />}
    </UnstyledButton>
  );
}
