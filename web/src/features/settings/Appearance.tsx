import { Group, NativeSelect, SegmentedControl, Slider, Switch, Text } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { type Preferences, useChangePreferences, usePreferences } from "@/api/preferences";
import { Card } from "@/features/settings/Card";
import { languageChoices } from "@/lib/words";

const SMALLEST = 12;
const LARGEST = 24;

/** How the page looks: colours, letters, language, motion. */
export function Appearance() {
  const { t } = useTranslation();
  const liked = usePreferences();
  const like = useChangePreferences();
  const [turned, setTurned] = useState<number | null>(null);
  const size = turned ?? liked.font_size;
  return (
    <>
      <Card title={t("Colours")}>
        <SegmentedControl
          aria-label={t("Colours")}
          w="fit-content"
          data={[
            { value: "auto", label: t("As the system") },
            { value: "dark", label: t("Dark") },
            { value: "light", label: t("Light") },
          ]}
          value={liked.theme}
          onChange={(theme) => like({ theme: theme as Preferences["theme"] })}
        />
      </Card>
      <Card title={t("Size of letters")}>
        <Group gap="md" wrap="nowrap" maw={480}>
          <Slider
            flex={1}
            min={SMALLEST}
            max={LARGEST}
            step={1}
            label={null}
            thumbLabel={t("Size of letters")}
            marks={[{ value: 16 }]}
            value={size}
            onChange={setTurned}
            onChangeEnd={(font_size) => {
              setTurned(null);
              like({ font_size });
            }}
          />
          <Text size="sm" w={48}>
            {size} px
          </Text>
        </Group>
      </Card>
      <Card title={t("Language")}>
        <NativeSelect
          aria-label={t("Language")}
          maw={320}
          data={languageChoices()}
          value={liked.language}
          onChange={(event) => like({ language: event.currentTarget.value })}
        />
      </Card>
      <Card title={t("Motion")}>
        <Switch
          label={t("Keep everything still")}
          description={t("Without it, the page does as your system says.")}
          checked={liked.reduce_motion}
          onChange={(event) => like({ reduce_motion: event.currentTarget.checked })}
        />
      </Card>
    </>
  );
}
