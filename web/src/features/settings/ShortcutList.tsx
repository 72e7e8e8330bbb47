import { Button, Group, Text } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useChangePreferences, usePreferences } from "@/api/preferences";
import { Card } from "@/features/settings/Card";
import { ShortcutRow } from "@/features/settings/ShortcutRow";
import classes from "@/features/settings/Settings.module.css";
import { bound, keysIn } from "@/features/settings/rebinding";
import { type Action, SHORTCUTS } from "@/lib/shortcuts";

/** Every action with its keys; each can have others. */
export function ShortcutList() {
  const { t } = useTranslation();
  const { shortcuts } = usePreferences();
  const like = useChangePreferences();
  const [asked, setAsked] = useState<Action | null>(null);
  return (
    <Card title={t("Keys")} about={t("Press “Change”, then the keys you want. Escape leaves them as they are.")}>
      <ul className={classes.list}>
        {(Object.keys(SHORTCUTS) as Action[]).map((action) => (
          <ShortcutRow
            key={action}
            action={action}
            keys={keysIn(shortcuts, action)}
            chosen={shortcuts}
            isAsked={asked === action}
            onAsk={(on) => setAsked(on ? action : null)}
            onBind={(keys) => {
              like({ shortcuts: bound(shortcuts, action, keys) });
              setAsked(null);
            }}
          />
        ))}
      </ul>
      <Group>
        <Button
          variant="light"
          disabled={!Object.keys(shortcuts).length}
          onClick={() => like({ shortcuts: {} })}
        >
          {t("All as usual again")}
        </Button>
        {!Object.keys(shortcuts).length && (
          <Text size="sm" c="dimmed">
            {t("All are as usual.")}
          </Text>
        )}
      </Group>
    </Card>
  );
}
