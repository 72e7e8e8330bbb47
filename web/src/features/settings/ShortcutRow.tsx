import { Button, Group, Text } from "@mantine/core";
import { type KeyboardEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import classes from "@/features/settings/Settings.module.css";
import { type Chosen, type Refusal, refusalOf } from "@/features/settings/rebinding";
import { type Action, SHORTCUTS, pressedKeys } from "@/lib/shortcuts";
import { Keys } from "@/ui/Keys";

type ShortcutRowProps = {
  action: Action;
  keys: string;
  chosen: Chosen;
  /** Whether the next keys pressed are the ones it shall have. */
  isAsked: boolean;
  onAsk: (on: boolean) => void;
  onBind: (keys: string) => void;
};

/** What an action does, its keys, and choosing others. */
export function ShortcutRow({ action, keys, chosen, isAsked, onAsk, onBind }: ShortcutRowProps) {
  const { t } = useTranslation();
  const [refused, setRefused] = useState<(Refusal & { keys: string }) | null>(null);
  const does = t(SHORTCUTS[action].does);
  const isUsual = keys === SHORTCUTS[action].keys;

  const hear = (event: KeyboardEvent) => {
    if (!isAsked || event.key === "Tab") return;
    event.preventDefault();
    event.stopPropagation();
    const pressed = pressedKeys(event.nativeEvent);
    if (pressed === null) return;
    setRefused(null);
    // Escape is the way out, but for the action whose own key it is.
    if (pressed === keys || (pressed === "Escape" && SHORTCUTS[action].keys !== "Escape")) {
      onAsk(false);
      return;
    }
    const refusal = refusalOf(chosen, action, pressed);
    if (refusal) setRefused({ ...refusal, keys: pressed });
    else onBind(pressed);
  };
  return (
    <li className={classes.keys}>
      <Text size="sm" className={classes.does}>
        {does}
      </Text>
      <Group gap="xs">
        {isAsked ? <Text size="sm">{t("Press the keys …")}</Text> : <Keys keys={keys} />}
        <Button
          size="compact-sm"
          variant={isAsked ? "filled" : "light"}
          color={isAsked ? undefined : "gray"}
          aria-label={t("Change the keys for: {{does}}", { does })}
          onClick={() => {
            setRefused(null);
            onAsk(!isAsked);
          }}
          onKeyDown={hear}
          onBlur={() => isAsked && onAsk(false)}
        >
          {isAsked ? t("Cancel") : t("Change")}
        </Button>
        {!isUsual && (
          <Button
            size="compact-sm"
            variant="subtle"
            color="gray"
            aria-label={t("The usual keys for: {{does}}", { does })}
            onClick={() => onBind(SHORTCUTS[action].keys)}
          >
            {t("Usual")}
          </Button>
        )}
      </Group>
      <div role="status">
        {isAsked && refused && (
          <Text size="sm" c="var(--tap-bad)" component="div">
            <Keys keys={refused.keys} />{" "}
            {refused.why === "taken" &&
              t("These keys have another use: {{does}}. Change that first.", { does: t(SHORTCUTS[refused.by].does) })}
            {refused.why === "reserved" && t("The browser keeps these keys for itself.")}
            {refused.why === "writing" && t("These keys are needed for writing. Add Ctrl or Alt.")}
          </Text>
        )}
      </div>
    </li>
  );
}
