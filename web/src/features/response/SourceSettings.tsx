import { Button, Group, Skeleton, Stack, Text } from "@mantine/core";
import { useLocalStorage } from "@mantine/hooks";
import { useTranslation } from "react-i18next";
import type { Settings } from "@/api/chats";
import type { SettingOffered } from "@/api/connections";
import { sentenceOf } from "@/api/problems";
import { SettingGroup } from "@/features/response/SettingGroup";
import { SettingRow } from "@/features/response/SettingRow";
import type { Asked } from "@/api/asked";
import { useOffered } from "@/features/response/offered";
import { type Value, foldedOf, valueOf } from "@/features/response/draft";
import { Trouble } from "@/ui/Trouble";

type SourceSettingsProps = {
  asked: Asked;
  settings: Settings;
  onTurn: (name: string, value: Value | null) => void;
};

/** The settings the chosen source and model take, and only those. */
export function SourceSettings({ asked, settings, onTurn }: SourceSettingsProps) {
  const { t } = useTranslation();
  const { offered, error } = useOffered(asked);
  const [open, setOpen] = useLocalStorage<string[]>({
    key: "tapster-response-groups",
    defaultValue: [],
  });
  if (error) return <Trouble message={sentenceOf(error)} />;
  if (!offered) {
    return (
      <Stack gap="sm" role="status" aria-label={t("Loading")}>
        {[0, 1, 2, 3].map((each) => (
          <Skeleton key={each} h={40} />
        ))}
      </Stack>
    );
  }
  const sent = offered.filter((each) => valueOf(settings, each.name) !== null);
  // Turned for another model: kept, but not sent to this one.
  const others = Object.keys(settings).filter(
    (name) => valueOf(settings, name) !== null && !offered.some((each) => each.name === name),
  );
  const [inSight, folded] = foldedOf(offered);
  const row = (setting: SettingOffered) => (
    <SettingRow
      key={setting.name}
      setting={setting}
      value={valueOf(settings, setting.name)}
      onChange={(value) => onTurn(setting.name, value)}
    />
  );
  return (
    <div>
      {offered.length === 0 && <Text size="sm">{t("This model has no settings to turn.")}</Text>}
      {inSight.map(row)}
      {folded.map(({ title, settings: within }) => (
        <SettingGroup
          key={title}
          title={title}
          sent={within.filter((each) => sent.includes(each)).length}
          open={open.includes(title)}
          onToggle={() =>
            setOpen(open.includes(title) ? open.filter((each) => each !== title) : [...open, title])
          }
        >
          {within.map(row)}
        </SettingGroup>
      ))}
      {others.length > 0 && (
        <Text size="xs" c="dimmed" pt="xs">
          {t("Kept for other models, and not taken by this one: {{names}}.", {
            names: others.join(", "),
          })}
        </Text>
      )}
      {sent.length > 0 && (
        <Group pt="xs">
          <Button
            size="compact-sm"
            variant="subtle"
            color="gray"
            onClick={() => sent.forEach((each) => onTurn(each.name, null))}
          >
            {t("Send none of them")}
          </Button>
        </Group>
      )}
    </div>
  );
}
