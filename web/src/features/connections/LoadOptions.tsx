import { Stack, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Source } from "@/api/sources";
import { Fold } from "@/features/connections/Fold";
import { withOption } from "@/features/connections/draft";
import { told } from "@/lib/words";
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
  const given = offered.filter(({ name }) => name in options).map(({ title }) => told(title));
  return (
    <Fold title={t("How a model is loaded")} hint={given.join(", ")}>
      <Stack gap={12}>
        <Text size="sm" c="dimmed">
          {t("Where a field is empty, the connection’s own options hold, or else the server’s.")}
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
    </Fold>
  );
}
