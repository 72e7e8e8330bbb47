import { Stack, Text, Title } from "@mantine/core";
import { type ReactNode, useId } from "react";
import classes from "@/features/settings/Settings.module.css";

type CardProps = {
  title: string;
  /** A sentence on what this is about. */
  about?: ReactNode;
  children: ReactNode;
};

/** A group of settings under its heading. */
export function Card({ title, about, children }: CardProps) {
  const id = useId();
  return (
    <section className={classes.card} aria-labelledby={id}>
      <Stack gap="sm">
        <div>
          <Title order={2} size="h4" id={id}>
            {title}
          </Title>
          {about && (
            <Text size="sm" c="dimmed" component="div">
              {about}
            </Text>
          )}
        </div>
        {children}
      </Stack>
    </section>
  );
}
