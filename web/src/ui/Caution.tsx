import { Alert, Text } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import type { ReactNode } from "react";

type CautionProps = {
  /** What one has to know, in a few words; without it there is but a sentence, which takes less room. */
  title?: string;
  /** How it is read out: with the rest of the page, when there is time for it, or at once. */
  role?: "note" | "status" | "alert";
  children: ReactNode;
};

/** Something to know before one goes on; nothing went wrong. It looks like a `Trouble`, in another colour. */
export function Caution({ title, role = "note", children }: CautionProps) {
  return (
    <Alert
      color="yellow"
      variant="light"
      icon={<IconAlertTriangle aria-hidden />}
      title={title}
      role={role}
      p={title ? undefined : "xs"}
    >
      <Text size="sm" component="div">
        {children}
      </Text>
    </Alert>
  );
}
