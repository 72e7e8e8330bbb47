import { Alert, Text } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import type { ReactNode } from "react";
import classes from "@/ui/Notice.module.css";

type CautionProps = {
  /** What one has to know, in a few words. */
  title: string;
  children: ReactNode;
};

/** Something to know before one goes on; nothing went wrong. It looks like a `Trouble`, in another colour. */
export function Caution({ title, children }: CautionProps) {
  return (
    <Alert
      variant="light"
      icon={<IconAlertTriangle aria-hidden />}
      title={title}
      classNames={{ root: classes.warn, icon: classes.icon, title: classes.title }}
    >
      <Text size="sm" component="div">
        {children}
      </Text>
    </Alert>
  );
}
