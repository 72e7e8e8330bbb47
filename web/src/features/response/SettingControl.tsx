import { SegmentedControl, Select, TextInput } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { SettingOffered } from "@/api/connections";
import { CodeControl } from "@/features/response/CodeControl";
import { IdsControl } from "@/features/response/IdsControl";
import { JsonControl } from "@/features/response/JsonControl";
import { ListControl } from "@/features/response/ListControl";
import { MapControl } from "@/features/response/MapControl";
import { NumberControl } from "@/features/response/NumberControl";
import type { Value } from "@/features/response/draft";
import { told } from "@/lib/words";

type SettingControlProps = {
  setting: SettingOffered;
  value: Value;
  onChange: (value: Value) => void;
};

/** What one turns a setting with, by the kind of its value. */
export function SettingControl({ setting, value, onChange }: SettingControlProps) {
  const { t } = useTranslation();
  const title = told(setting.title);
  // Mantine's fields keep `aria-describedby` for what they show themselves.
  const meaning = told(setting.meaning);
  switch (setting.kind) {
    case "list":
      return (
        <ListControl
          title={title}
          likely={setting.choices}
          value={Array.isArray(value) ? value.map(String) : []}
          meaning={meaning}
          onChange={onChange}
        />
      );
    case "ids":
      return (
        <IdsControl
          title={title}
          value={Array.isArray(value) ? value.map(Number) : []}
          meaning={meaning}
          onChange={onChange}
        />
      );
    case "map":
      return <MapControl value={objectOf(value) as Record<string, number>} onChange={onChange} />;
    case "json":
      return (
        <JsonControl
          title={title}
          value={objectOf(value)}
          meaning={meaning}
          onChange={onChange}
        />
      );
    case "code":
      return (
        <CodeControl
          title={title}
          value={String(value)}
          meaning={meaning}
          onChange={onChange}
        />
      );
    case "switch":
      return (
        <SegmentedControl
          size="sm"
          aria-label={title}
          data={[
            { value: "on", label: t("on") },
            { value: "off", label: t("off") },
          ]}
          value={value === true ? "on" : "off"}
          onChange={(said) => onChange(said === "on")}
        />
      );
    case "choice":
      return (
        <Select
          size="sm"
          aria-label={title}
          aria-description={meaning}
          // What was chosen for another model is kept and shown, though this one has it not.
          data={[...new Set([...(setting.choices ?? []), String(value)])]}
          value={String(value)}
          allowDeselect={false}
          onChange={(said) => said !== null && onChange(said)}
        />
      );
    case "text":
      return (
        <TextInput
          size="sm"
          aria-label={title}
          aria-description={meaning}
          value={String(value)}
          onChange={(event) => onChange(event.currentTarget.value)}
        />
      );
    default:
      return (
        <NumberControl
          setting={setting}
          value={typeof value === "number" ? value : 0}
          onChange={onChange}
        />
      );
  }
}

const objectOf = (value: Value): Record<string, unknown> =>
  typeof value === "object" && !Array.isArray(value) ? value : {};
