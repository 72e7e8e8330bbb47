import { Collapse, Group, Text, UnstyledButton } from "@mantine/core";
import { IconChevronDown, IconChevronRight } from "@tabler/icons-react";
import { type ReactNode, useId } from "react";
import { useTranslation } from "react-i18next";
import classes from "@/features/response/Response.module.css";
import { told } from "@/lib/words";

type SettingGroupProps = {
  title: string;
  /** How many of its settings are sent: shown while they are folded away. */
  sent: number;
  open: boolean;
  onToggle: () => void;
  children: ReactNode;
};

/** Settings few people turn, folded away under a heading. */
export function SettingGroup({ title, sent, open, onToggle, children }: SettingGroupProps) {
  const { t } = useTranslation();
  const about = useId();
  const Chevron = open ? IconChevronDown : IconChevronRight;
  return (
    <div className={classes.group}>
      <UnstyledButton className={classes.fold} aria-expanded={open} aria-controls={about} onClick={onToggle}>
        <Group gap={6} wrap="nowrap">
          <Chevron size={16} aria-hidden />
          <Text size="sm" fw={500} flex={1}>
            {told(title)}
          </Text>
          {sent > 0 && (
            <Text size="xs" c="dimmed">
              {t("{{count}} sent", { count: sent })}
            </Text>
          )}
        </Group>
      </UnstyledButton>
      <Collapse id={about} expanded={open}>
        {open && <div className={classes.folded}>{children}</div>}
      </Collapse>
    </div>
  );
}
