import { Button, Collapse, Stack, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconChevronDown, IconChevronRight } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { withOption } from "@/features/connections/draft";
import type { ConnectionForm } from "@/features/connections/useConnectionForm";
import { OptionField } from "@/ui/OptionField";

const FEW = 3;

/** What only this source has to set, as the server describes it. Many are folded. */
export function OptionFields({ form }: { form: ConnectionForm }) {
  const { t } = useTranslation();
  const { source, fields, failure } = form;
  const [open, { toggle }] = useDisclosure(false);
  if (!source.options.length) return null;
  const told = failure.at.options;
  const isAbout = (name: string) => told !== undefined && new RegExp(`\\b${name}\\b`).test(told);
  const ofNone = told !== undefined && !source.options.some(({ name }) => isAbout(name));
  // A required one, and one that was set, is never hidden.
  const foremost = source.options.filter(
    ({ name, required }) => required || fields.options[name] != null || isAbout(name),
  );
  const shown = source.options.length <= FEW ? source.options : foremost;
  const folded = source.options.filter((option) => !shown.includes(option));
  const field = (option: (typeof source.options)[number]) => (
    <OptionField
      key={option.name}
      option={option}
      value={fields.options[option.name]}
      // A model in a browser is asked by the page, which has no field for it.
      unset={source.ability ? t("not set") : undefined}
      error={isAbout(option.name) ? told : null}
      onChange={(value) => form.type({ options: withOption(fields.options, option.name, value) })}
    />
  );
  return (
    <Stack gap={12}>
      {shown.map(field)}
      {ofNone && (
        <Text size="sm" c="var(--tap-bad)" role="alert">
          {told}
        </Text>
      )}
      {folded.length > 0 && (
        <>
          <Button
            variant="subtle"
            color="gray"
            justify="flex-start"
            aria-expanded={open}
            leftSection={open ? <IconChevronDown size={16} /> : <IconChevronRight size={16} />}
            onClick={toggle}
          >
            {t("More options")} ({folded.length})
          </Button>
          <Collapse expanded={open}>
            <Stack gap={12}>{folded.map(field)}</Stack>
          </Collapse>
        </>
      )}
    </Stack>
  );
}
