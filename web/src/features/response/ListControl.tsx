import { TagsInput, VisuallyHidden } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { shownSigns, typedSigns } from "@/features/response/signs";

type ListControlProps = {
  title: string;
  /** Words it may well hold, offered while one types. */
  likely?: string[];
  value: string[];
  meaning: string;
  onChange: (value: string[]) => void;
};

/** A list of texts as tags; `\n` stands for the end of a line. */
export function ListControl({ title, likely, value, meaning, onChange }: ListControlProps) {
  const { t } = useTranslation();
  return (
    <TagsInput
      size="sm"
      aria-label={title}
      placeholder={t("Type one, then Enter")}
      description={
        <>
          {t("{{sign}} is the end of a line.", { sign: "\\n" })} <VisuallyHidden>{meaning}</VisuallyHidden>
        </>
      }
      inputWrapperOrder={["label", "input", "description", "error"]}
      splitChars={[]}
      data={likely}
      value={value.map(shownSigns)}
      onChange={(tags) => onChange(tags.map(typedSigns))}
    />
  );
}
