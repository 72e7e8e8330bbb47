import { TextInput, type TextInputProps } from "@mantine/core";
import { type KeyboardEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { typedNumber, writtenNumber } from "@/lib/numbers";

type NumberFieldProps = Omit<TextInputProps, "value" | "onChange"> & {
  value: number | null;
  /** Whether it has to be a whole number. */
  isWhole?: boolean;
  /** What ↑ and ↓ add to it and take from it. */
  step?: number;
  /** Is told each number, and `null` of a field that was emptied. */
  onChange: (value: number | null) => void;
};

/** What stands in the field, for as long as the value is what it was or what was typed. */
type Typed = { text: string; before: number | null; after: number | null };

/** A number as it is typed: what is none stays there to be mended, and is marked. */
export function NumberField({ value, isWhole = false, step = 1, error, onChange, ...field }: NumberFieldProps) {
  const { t, i18n } = useTranslation();
  const [typed, setTyped] = useState<Typed | null>(null);
  // What was turned elsewhere, as by a slider, comes in place of what was typed.
  const text = typed && [typed.before, typed.after].includes(value) ? typed.text : null;
  const read = (text: string) => {
    const number = typedNumber(text);
    return isWhole && !Number.isInteger(number) ? null : number;
  };
  const isWrong = text !== null && text.trim() !== "" && read(text) === null;
  const take = (text: string) => {
    const next = text.trim() === "" ? null : (read(text) ?? value);
    setTyped({ text, before: value, after: next });
    if (next !== value) onChange(next);
  };
  const press = (event: KeyboardEvent) => {
    const way = { ArrowUp: 1, ArrowDown: -1 }[event.key];
    if (way === undefined) return;
    event.preventDefault();
    take(writtenNumber(Number(((value ?? 0) + way * step).toPrecision(12)), i18n.language));
  };
  return (
    <TextInput
      {...field}
      inputMode="decimal"
      autoComplete="off"
      value={text ?? (value === null ? "" : writtenNumber(value, i18n.language))}
      error={isWrong ? (isWhole ? t("This is no whole number, so the last one holds.") : t("This is no number, so the last one holds.")) : error}
      onChange={(event) => take(event.currentTarget.value)}
      onKeyDown={press}
      onBlur={() => !isWrong && setTyped(null)}
    />
  );
}
