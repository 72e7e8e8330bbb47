import { Badge, Group, Text } from "@mantine/core";
import { IconBookmark } from "@tabler/icons-react";
import { type KeyboardEvent, useId, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Outline, Segment } from "@/api/trees";
import { TreeLines } from "@/features/chats/tree/TreeLines";
import classes from "@/features/chats/tree/Tree.module.css";
import { LANE, MARGIN, ROW } from "@/features/chats/tree/measures";
import { type Placed, drawn, rowAfter } from "@/features/chats/tree/layout";
import { moment } from "@/lib/figures";
import { SPEAKERS } from "@/ui/speakers";

type TreeViewProps = {
  outline: Outline;
  /** Shows the path through a segment. */
  onOpen: (segment: Segment) => void;
};

/** The branches of a chat: lines on the left, what is said on the right, a row for each. */
export function TreeView({ outline, onOpen }: TreeViewProps) {
  const { t } = useTranslation();
  const own = useId();
  const list = useRef<HTMLDivElement>(null);
  const drawing = drawn(outline.segments);
  const end = drawing.rows.findIndex(({ segment }) => segment.last === outline.head);
  const [at, setAt] = useState(Math.max(0, end));
  const focus = (row: number) => {
    setAt(row);
    list.current?.querySelector<HTMLElement>(`[data-row="${row}"]`)?.focus();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const row = drawing.rows[at];
    if ((event.key === "Enter" || event.key === " ") && row) {
      event.preventDefault();
      onOpen(row.segment);
      return;
    }
    const next = rowAfter(event.key, at, drawing);
    if (next === null) return;
    event.preventDefault();
    focus(next);
  };
  return (
    <div className={classes.tree}>
      <TreeLines drawing={drawing} head={outline.head ?? null} />
      {/* The keys are heard here for all rows, one of which has the focus. */}
      {/* eslint-disable-next-line jsx-a11y/interactive-supports-focus */}
      <div
        ref={list}
        className={classes.rows}
        role="tree"
        aria-label={t("Branches of this chat")}
        style={{ paddingLeft: drawing.lanes * LANE + MARGIN }}
        onKeyDown={onKeyDown}
      >
        {drawing.rows.map((placed) => (
          <Row
            key={placed.segment.first}
            id={`${own}-${placed.row}`}
            placed={placed}
            isHead={placed.segment.last === outline.head}
            hasFocus={placed.row === at}
            onFocus={() => setAt(placed.row)}
            onOpen={() => onOpen(placed.segment)}
          />
        ))}
      </div>
    </div>
  );
}

type RowProps = {
  id: string;
  placed: Placed;
  /** Whether the shown path ends here. */
  isHead: boolean;
  hasFocus: boolean;
  onFocus: () => void;
  onOpen: () => void;
};

function Row({ id, placed, isHead, hasFocus, onFocus, onOpen }: RowProps) {
  const { t, i18n } = useTranslation();
  const { segment, depth, place, siblings, row } = placed;
  return (
    // Enter and the arrows are heard by the tree.
    // eslint-disable-next-line jsx-a11y/click-events-have-key-events
    <div
      id={id}
      role="treeitem"
      className={classes.row}
      style={{ height: ROW }}
      data-row={row}
      data-shown={segment.on_path || undefined}
      aria-level={depth + 1}
      aria-posinset={place}
      aria-setsize={siblings}
      aria-selected={isHead}
      tabIndex={hasFocus ? 0 : -1}
      onFocus={onFocus}
      onClick={onOpen}
    >
      <Group gap="xs" wrap="nowrap">
        <Text size="xs" fw={600} className={classes.who}>
          {segment.author ?? t(SPEAKERS[segment.role] ?? segment.role)}
        </Text>
        {segment.names.map((name) => (
          <Badge
            key={name}
            size="sm"
            variant="light"
            leftSection={<IconBookmark size={12} aria-hidden />}
            className={classes.badge}
          >
            {name}
          </Badge>
        ))}
        {isHead && (
          <Badge size="sm" variant="outline" color="gray" className={classes.badge}>
            {t("shown")}
          </Badge>
        )}
        <Text size="xs" c="dimmed" className={classes.figures}>
          {t("{{count}} messages", { count: segment.count })}
          <span className={classes.when}> · {moment(segment.ends_at, i18n.language)}</span>
        </Text>
      </Group>
      <Text size="sm" truncate>
        {segment.text || t("Without words")}
      </Text>
    </div>
  );
}
