import { TagsInput } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { idsOf, isId } from "@/features/response/draft";

type IdsControlProps = {
  title: string;
  value: number[];
  meaning: string;
  onChange: (value: number[]) => void;
};

/** A list of whole numbers as tags; what is none is said and not taken. */
export function IdsControl({ title, value, meaning, onChange }: IdsControlProps) {
  const { t } = useTranslation();
  const [refused, setRefused] = useState(false);
  return (
    <TagsInput
      size="sm"
      aria-label={title}
      aria-description={meaning}
      placeholder={t("Type one, then Enter")}
      splitChars={[",", " "]}
      error={refused && t("A token id is a whole number.")}
      value={value.map(String)}
      onChange={(tags) => {
        setRefused(!tags.every(isId));
        onChange(idsOf(tags));
      }}
    />
  );
}
