import { Stack, Text, Title } from "@mantine/core";
import { type ReactNode, useId } from "react";
import classes from "@/features/connections/ConnectionsDesk.module.css";

type PartProps = {
  title: string;
  /** What this part is for, in a sentence. */
  about?: ReactNode;
  children: ReactNode;
};

/** A part of the form with its heading. */
export function Part({ title, about, children }: PartProps) {
  const id = useId();
  return (
    <section aria-labelledby={id} className={classes.part}>
      <Title order={3} size="h5" id={id}>
        {title}
      </Title>
      {about && (
        <Text size="sm" c="dimmed">
          {about}
        </Text>
      )}
      <Stack gap={12} mt={12}>
        {children}
      </Stack>
    </section>
  );
}
