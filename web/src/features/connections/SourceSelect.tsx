import { Anchor, Select, Text } from "@mantine/core";
import { IconExternalLink } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import type { Source } from "@/api/sources";
import { groupedSources, openSource } from "@/features/connections/sourceGroups";
import { told } from "@/lib/words";
import { Caution } from "@/ui/Caution";
import { Coded } from "@/ui/Coded";

type SourceSelectProps = {
  sources: readonly Source[];
  chosen: Source;
  /** Whether the connection is saved: then choosing another source begins a new one. */
  saved: boolean;
  onChoose: (id: string) => void;
};

/** Which kind of provider the connection leads to. */
export function SourceSelect({ sources, chosen, saved, onChoose }: SourceSelectProps) {
  const { t } = useTranslation();
  const names = {
    common: t("Common"),
    local: t("Local servers"),
    others: t("All others"),
    here: t("On this machine"),
    page: t("In your browser"),
    retired: t("Retired"),
  };
  const open = openSource(sources);
  return (
    <>
      <Select
        label={t("Chat Completion Source")}
        description={saved ? t("A saved connection keeps its source. Another one begins a new connection.") : undefined}
        data={groupedSources(sources).map(({ kind, sources }) => ({
          group: names[kind],
          items: sources.map(({ id, title }) => ({ value: id, label: title })),
        }))}
        value={chosen.id}
        onChange={(id) => id && id !== chosen.id && onChoose(id)}
        searchable
        allowDeselect={false}
        selectFirstOptionOnChange
        nothingFoundMessage={
          open
            ? t("No source of that name. For any other server there is {{title}}: {{note}}", {
                title: open.title,
                note: told(open.note),
              })
            : t("No source of that name.")
        }
        maxDropdownHeight={420}
      />
      {chosen.retired && (
        <Caution title={t("Retired")}>{told(chosen.retired)}</Caution>
      )}
      <Text size="sm" c="dimmed">
        {chosen.note && <Coded>{`${told(chosen.note)} `}</Coded>}
        <Anchor href={chosen.docs} target="_blank" rel="noreferrer" size="sm">
          {t("Documentation of the provider")} <IconExternalLink size={12} aria-hidden />
        </Anchor>
      </Text>
    </>
  );
}
