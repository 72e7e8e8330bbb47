import { Stack } from "@mantine/core";
import type { ReactNode } from "react";
import classes from "@/ui/Sheet.module.css";

/** A page that is read from the top: it scrolls by itself and is not too wide. */
export function Sheet({ children }: { children: ReactNode }) {
  return (
    <div className={classes.scroll}>
      <Stack className={classes.sheet} gap="lg">
        {children}
      </Stack>
    </div>
  );
}
