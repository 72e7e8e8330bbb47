import { Code, Group, Stack, Switch, Text, Tooltip } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import { useId, useState } from "react";
import { useTranslation } from "react-i18next";
import type { SettingOffered } from "@/api/connections";
import classes from "@/features/response/Response.module.css";
import { SettingControl } from "@/features/response/SettingControl";
import { type Value, beginningOf } from "@/features/response/draft";
import { told } from "@/lib/words";
import { Coded } from "@/ui/Coded";

type SettingRowProps = {
  setting: SettingOffered;
  /** `null`: it is not sent, and the provider's own value holds. */
  value: Value | null;
  onChange: (value: Value | null) => void;
};

/** One response setting: what it is, whether it is sent, and its value. */
export function SettingRow({ setting, value, onChange }: SettingRowProps) {
  const { t } = useTranslation();
  const about = useId();
  const title = told(setting.title);
  const meaning = told(setting.meaning);
  const [isOpen, setOpen] = useState(value !== null);
  // A list is open before it has anything in it that could be sent.
  const beginning = beginningOf(setting);
  const shown = value ?? (isOpen && Array.isArray(beginning) ? beginning : null);
  const neutral = typeof setting.neutral === "number" ? setting.neutral : null;
  return (
    <Tooltip label={<Coded>{meaning}</Coded>} position="left" multiline maw={280}>
      <Stack className={classes.setting} gap={8} role="group" aria-label={title}>
        <Group gap="xs" wrap="nowrap" justify="space-between">
          <div className={classes.name}>
            <Text size="sm" fw={500}>
              {title}
            </Text>
            <Code className={classes.wire}>{setting.wire ?? setting.name}</Code>
          </div>
          <Switch
            className={classes.sent}
            size="sm"
            label={value === null ? t("not sent") : t("sent")}
            labelPosition="left"
            aria-label={t("Send {{title}}", { title })}
            aria-describedby={about}
            checked={shown !== null}
            onChange={(event) => {
              setOpen(event.currentTarget.checked);
              onChange(event.currentTarget.checked ? beginning : null);
            }}
          />
        </Group>
        <span id={about} hidden>
          {meaning}
        </span>
        {shown !== null && <SettingControl setting={setting} value={shown} onChange={onChange} />}
        {shown !== null && value === null && (
          <Text size="xs" c="dimmed">
            {t("It is empty, so it is not sent.")}
          </Text>
        )}
        {value !== null && neutral !== null && value !== neutral && (
          <Text size="xs" c="dimmed">
            {t("{{value}} changes nothing.", { value: neutral })}
          </Text>
        )}
        {value !== null && setting.refused && (
          <Group gap={4} wrap="nowrap" align="flex-start" c="var(--tap-warn)">
            <IconAlertTriangle size={14} aria-hidden className={classes.warning} />
            <Text size="xs">
              <Coded>{told(setting.refused)}</Coded>
            </Text>
          </Group>
        )}
      </Stack>
    </Tooltip>
  );
}
