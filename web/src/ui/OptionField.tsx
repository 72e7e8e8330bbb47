import { Select, TagsInput, Text, TextInput, Textarea } from "@mantine/core";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { told } from "@/lib/words";
import { Coded } from "@/ui/Coded";
import { NumberField } from "@/ui/NumberField";

/** A field as the server describes it. */
export type DescribedOption = {
  name: string;
  title: string;
  meaning: string;
  kind: "text" | "integer" | "number" | "switch" | "choice" | "list" | "map" | "header" | "duration";
  choices: readonly string[];
  default?: unknown;
  required: boolean;
};

type OptionFieldProps = {
  option: DescribedOption;
  /** `undefined` or `null`: the usual, which may be that it is not sent. */
  value: unknown;
  onChange: (value: unknown) => void;
  error?: string | null | undefined;
  disabled?: boolean | undefined;
  /** What it is while it is not set: `not sent`, unless it is never sent anyhow. */
  unset?: string | undefined;
};

/** One setting that only some source has, as its kind asks for. */
export function OptionField({ option, value, onChange, error, disabled, unset }: OptionFieldProps) {
  const { t } = useTranslation();
  const usual = option.default ?? null;
  const shared = {
    label: <Named title={told(option.title)} name={option.name} />,
    description: <Coded>{told(option.meaning)}</Coded>,
    error,
    disabled,
    required: option.required,
  };
  const notSet = unset ?? t("not sent");
  const placeholder = usual === null ? notSet : String(usual);

  switch (option.kind) {
    case "switch":
    case "choice": {
      const isSwitch = option.kind === "switch";
      const choices = isSwitch ? ["true", "false"] : option.choices;
      const named = (choice: string) =>
        !isSwitch ? choice : choice === "true" ? t("on") : t("off");
      const data = choices.map((choice) => ({
        value: choice,
        label: String(usual) === choice ? t("{{value}} (usual)", { value: named(choice) }) : named(choice),
      }));
      const chosen = value ?? usual;
      return (
        <Select
          {...shared}
          data={usual === null ? [{ value: "", label: notSet }, ...data] : data}
          value={chosen === null ? "" : String(chosen)}
          onChange={(next) => onChange(!next ? null : isSwitch ? next === "true" : next)}
          allowDeselect={false}
        />
      );
    }
    case "integer":
    case "number":
      return (
        <NumberField
          {...shared}
          placeholder={placeholder}
          isWhole={option.kind === "integer"}
          value={typeof value === "number" ? value : null}
          onChange={onChange}
        />
      );
    case "list":
      return (
        <TagsInput
          {...shared}
          placeholder={Array.isArray(value) && value.length ? "" : placeholder}
          value={Array.isArray(value) ? value.map(String) : []}
          onChange={onChange}
          acceptValueOnBlur
        />
      );
    case "map":
      return (
        <Textarea
          {...shared}
          placeholder={placeholder}
          autosize
          minRows={2}
          ff="monospace"
          value={typeof value === "string" ? value : value == null ? "" : JSON.stringify(value, null, 2)}
          onChange={(event) => onChange(event.currentTarget.value)}
        />
      );
    case "text":
    case "duration":
    case "header":
      return (
        <TextInput
          {...shared}
          placeholder={placeholder}
          autoComplete="off"
          spellCheck={false}
          value={value == null ? "" : String(value)}
          onChange={(event) => onChange(event.currentTarget.value)}
        />
      );
  }
}

function Named({ title, name }: { title: string; name: string }): ReactNode {
  return (
    <>
      {title}{" "}
      <Text component="code" size="xs" c="var(--tap-idle)" ff="monospace" fw={400}>
        {name}
      </Text>
    </>
  );
}
