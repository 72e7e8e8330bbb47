import { ActionIcon, Button, Group, Stack, TextInput } from "@mantine/core";
import { IconPlus, IconX } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { type Row, mapOf, rowsOf } from "@/features/response/draft";
import { NumberField } from "@/ui/NumberField";

type MapControlProps = {
  value: Record<string, number>;
  onChange: (value: Record<string, number>) => void;
};

/** Numbers by token, a row for each. */
export function MapControl({ value, onChange }: MapControlProps) {
  const { t } = useTranslation();
  const [rows, setRows] = useState<Row[]>(() => rowsOf(value));
  // Unfinished rows are only here; what another window said comes in their place.
  const known = JSON.stringify(value);
  const [seen, setSeen] = useState(known);
  if (known !== seen) {
    setSeen(known);
    if (known !== JSON.stringify(mapOf(rows))) setRows(rowsOf(value));
  }
  const change = (next: Row[]) => {
    setRows(next);
    onChange(mapOf(next));
  };
  const put = (at: number, row: Partial<Row>) =>
    change(rows.map((each, place) => (place === at ? { ...each, ...row } : each)));
  return (
    <Stack gap={4}>
      {rows.map((row, at) => (
        // Rows have no name of their own; only the last one is ever added or moved.
        <Group key={at} gap={4} wrap="nowrap">
          <TextInput
            flex={1}
            size="sm"
            aria-label={t("Token id")}
            placeholder={t("Token id")}
            inputMode="numeric"
            value={row.token}
            onChange={(event) => put(at, { token: event.currentTarget.value })}
          />
          <NumberField
            w={96}
            size="sm"
            aria-label={t("Bias, from -100 to 100")}
            placeholder="-100…100"
            value={row.bias === "" ? null : row.bias}
            onChange={(bias) => put(at, { bias: bias ?? "" })}
          />
          <ActionIcon
            variant="subtle"
            color="gray"
            size="lg"
            aria-label={t("Remove this token")}
            onClick={() => change(rows.filter((_, place) => place !== at))}
          >
            <IconX size={16} />
          </ActionIcon>
        </Group>
      ))}
      <Button
        variant="subtle"
        size="compact-sm"
        leftSection={<IconPlus size={14} aria-hidden />}
        style={{ alignSelf: "flex-start" }}
        onClick={() => setRows([...rows, { token: "", bias: "" }])}
      >
        {t("Add a token")}
      </Button>
    </Stack>
  );
}
