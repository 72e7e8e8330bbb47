import { Button, Table, Text } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { connectionsQuery } from "@/api/connections";
import type { Field } from "@/features/connections/draft";
import { useFieldNames } from "@/features/connections/fieldNames";
import type { ConnectionForm } from "@/features/connections/useConnectionForm";
import { Trouble } from "@/ui/Trouble";

/** Says that the connection was changed elsewhere, and shows both what is there and what was typed. */
export function Conflicted({ form }: { form: ConnectionForm }) {
  const { t } = useTranslation();
  const cache = useQueryClient();
  const names = useFieldNames();
  const { failure, draft } = form;
  const changed = Object.keys(draft.changes) as Field[];
  return (
    <>
      <Trouble
        message={failure.trouble ?? ""}
        actions={
          <>
            <Button size="compact-sm" variant="light" onClick={form.keepMine}>
              {t("Save mine anyway")}
            </Button>
            <Button
              size="compact-sm"
              variant="subtle"
              onClick={() => {
                form.discard();
                void cache.invalidateQueries({ queryKey: connectionsQuery.queryKey, exact: true });
              }}
            >
              {t("Use the saved one")}
            </Button>
          </>
        }
      />
      <Table withTableBorder fz="sm">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t("Field")}</Table.Th>
            <Table.Th>{t("Saved now")}</Table.Th>
            <Table.Th>{t("Yours")}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {changed.map((field) => (
            <Table.Tr key={field}>
              <Table.Td>{names[field]}</Table.Td>
              <Table.Td>
                <Value of={failure.newer?.fields[field]} />
              </Table.Td>
              <Table.Td>
                <Value of={draft.changes[field]} />
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </>
  );
}

function Value({ of }: { of: unknown }) {
  const text = of == null || of === "" ? "–" : typeof of === "string" ? of : JSON.stringify(of);
  return (
    <Text size="sm" style={{ overflowWrap: "anywhere" }}>
      {text}
    </Text>
  );
}
