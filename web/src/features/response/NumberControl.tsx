import { Group, Slider } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { SettingOffered } from "@/api/connections";
import { isOutside, sliderOf, stepOf } from "@/features/response/draft";
import classes from "@/features/response/Response.module.css";
import { told } from "@/lib/words";
import { NumberField } from "@/ui/NumberField";

type NumberControlProps = {
  setting: SettingOffered;
  value: number;
  onChange: (value: number) => void;
};

/** A number: by a slider where its ends are known, and typed. */
export function NumberControl({ setting, value, onChange }: NumberControlProps) {
  const { t } = useTranslation();
  const ends = sliderOf(setting);
  const title = told(setting.title);
  const { neutral } = setting;
  const outside = isOutside(value, setting);
  const range = { low: setting.low ?? "…", high: setting.high ?? "…" };
  return (
    <Group gap="sm" wrap="nowrap" align="flex-start">
      {ends && (
        <Slider
          flex={1}
          mt={12}
          size="sm"
          min={ends[0]}
          max={ends[1]}
          step={stepOf(setting)}
          value={value}
          label={null}
          thumbLabel={title}
          marks={typeof neutral === "number" ? [{ value: neutral }] : undefined}
          onChange={onChange}
        />
      )}
      <NumberField
        className={ends ? classes.number : undefined}
        flex={ends ? undefined : 1}
        size="sm"
        aria-label={title}
        aria-description={told(setting.meaning)}
        value={value}
        step={stepOf(setting)}
        isWhole={setting.kind === "integer"}
        error={outside && t("The model takes {{low}} to {{high}}.", range)}
        onChange={(said) => said !== null && onChange(said)}
      />
    </Group>
  );
}
