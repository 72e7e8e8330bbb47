import { Collapse, Text, UnstyledButton } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconChevronDown, IconChevronRight } from "@tabler/icons-react";
import { type ReactNode, useId } from "react";
import classes from "@/features/connections/ConnectionsDesk.module.css";

type FoldProps = {
  title: string;
  /** What is set inside, in a few words. */
  hint?: ReactNode;
  /** Keeps it open, as when something inside is wrong. */
  forced?: boolean;
  children: ReactNode;
};

/** A part of the form that few need: folded until it is wanted. */
export function Fold({ title, hint, forced, children }: FoldProps) {
  const [opened, { toggle }] = useDisclosure(false);
  const id = useId();
  const open = opened || forced === true;
  return (
    <section className={classes.part} aria-labelledby={`${id}-title`}>
      <UnstyledButton className={classes.fold} aria-expanded={open} aria-controls={id} onClick={toggle}>
        {open ? <IconChevronDown size={18} aria-hidden /> : <IconChevronRight size={18} aria-hidden />}
        <Text component="span" fw={600} size="sm" id={`${id}-title`}>
          {title}
        </Text>
        {hint && (
          <Text component="span" size="sm" c="dimmed" className={classes.hint}>
            {hint}
          </Text>
        )}
      </UnstyledButton>
      <Collapse expanded={open} id={id}>
        <div className={classes.folded}>{children}</div>
      </Collapse>
    </section>
  );
}
