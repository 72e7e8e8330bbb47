import { Stack, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Source } from "@/api/sources";
import { withOption } from "@/features/connections/draft";
import { OptionField } from "@/ui/OptionField";

type LoadOptionsProps = {
  offered: NonNullable<Source["control"]>["options"];
  /** The connection's own options: a model is loaded with them where nothing else is given. */
  usual: Readonly<Record<string, unknown>>;
  options: Readonly<Record<string, unknown>>;
  onChange: (options: Record<string, unknown>) => void;
};

/** How a model is loaded this time. */
export function LoadOptions({ offered, usual, options, onChange }: LoadOptionsProps) {
  const { t } = useTranslation();
  return (
    <Stack gap={12} role="group" aria-label={t("How a model is loaded")}>
      <Text size="sm" c="dimmed">
        {t("How a model is loaded. Where a field is empty, the connection’s own options hold, or else the server’s.")}
      </Text>
      {offered.map((option) => (
        <OptionField
          key={option.name}
          option={{ ...option, default: usual[option.name] ?? option.default }}
          value={options[option.name]}
          onChange={(value) => onChange(withOption(options, option.name, value))}
        />
      ))}
    </Stack>
  );
}
