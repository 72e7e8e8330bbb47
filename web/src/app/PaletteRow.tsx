import { Text } from "@mantine/core";
import { IconCheck } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import classes from "@/app/Palette.module.css";
import { keysOf } from "@/lib/shortcuts";
import { Keys } from "@/ui/Keys";
import type { Command } from "@/ui/commands";

export type Row = Pick<Command, "label" | "words" | "action" | "icon"> & {
  key: string;
  isChosen?: boolean;
  /** Whether it asks for something first. */
  leadsOn?: boolean;
  act: () => void;
};

type PaletteRowProps = {
  id: string;
  row: Row;
  /** Whether the keyboard stands on it. */
  active: boolean;
  /** Is told when the pointer comes to it. */
  onReach: () => void;
};

/** What can be done, with its keys. */
export function PaletteRow({ id, row, active, onReach }: PaletteRowProps) {
  const { t } = useTranslation();
  const { label, icon: Icon, action, isChosen, leadsOn, act } = row;
  return (
    // The keyboard stays in the field above, which points at the row it stands on.
    // eslint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/interactive-supports-focus
    <div
      id={id}
      role="option"
      aria-selected={active}
      className={classes.row}
      onClick={act}
      onMouseMove={onReach}
    >
      <span className={classes.icon}>{Icon && <Icon size={18} aria-hidden />}</span>
      <Text component="span" size="sm" truncate className={classes.label}>
        {label}
        {leadsOn && " …"}
      </Text>
      {action && <Keys keys={keysOf(action)} />}
      {isChosen && <IconCheck size={16} aria-label={t("chosen")} />}
    </div>
  );
}
