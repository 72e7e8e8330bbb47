import { ActionIcon, List, Menu, Modal, Text } from "@mantine/core";
import { IconDots, IconDownload, IconUpload } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useRef } from "react";
import { useTranslation } from "react-i18next";
import { connectionsQuery, exportConnections, importConnections } from "@/api/connections";
import { proxiesQuery } from "@/api/proxies";
import { readExported } from "@/features/connections/exported";
import { saveFile } from "@/features/connections/files";
import { told } from "@/lib/words";
import { showTrouble } from "@/ui/toasts";

/** Carries all connections to another home and back, without keys. */
export function ListActions() {
  const { t } = useTranslation();
  const cache = useQueryClient();
  const chooser = useRef<HTMLInputElement>(null);
  const exporting = useMutation({
    mutationFn: exportConnections,
    onSuccess: (all) => saveFile("tapster-connections.json", JSON.stringify(all, null, 2)),
    onError: showTrouble,
  });
  const importing = useMutation({
    mutationFn: async (file: File) => importConnections(readExported(await file.text())),
    onSuccess: () =>
      Promise.all([
        cache.invalidateQueries({ queryKey: connectionsQuery.queryKey, exact: true }),
        cache.invalidateQueries({ queryKey: proxiesQuery.queryKey }),
      ]),
    onError: showTrouble,
  });
  const found = importing.data;
  return (
    <>
      <Menu position="bottom-end">
        <Menu.Target>
          <ActionIcon
            variant="default"
            size={40}
            aria-label={t("Export and import")}
            loading={exporting.isPending || importing.isPending}
          >
            <IconDots size={18} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item leftSection={<IconDownload size={16} />} onClick={() => exporting.mutate()}>
            {t("Export all, without keys")}
          </Menu.Item>
          <Menu.Item leftSection={<IconUpload size={16} />} onClick={() => chooser.current?.click()}>
            {t("Import from a file")}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      <input
        ref={chooser}
        type="file"
        accept="application/json,.json"
        hidden
        aria-label={t("Import from a file")}
        onChange={(event) => {
          const file = event.currentTarget.files?.[0];
          event.currentTarget.value = "";
          if (file) importing.mutate(file);
        }}
      />
      <Modal
        opened={found !== undefined}
        onClose={importing.reset}
        title={t("Imported")}
        centered
        closeButtonProps={{ "aria-label": t("Close"), size: 40 }}
      >
        <Text size="sm">{t("Their keys have to be entered here.")}</Text>
        <List size="sm" mt={12}>
          <List.Item>{t("{{count}} connections added", { count: found?.added.length ?? 0 })}</List.Item>
          <List.Item>{t("{{count}} proxy presets added", { count: found?.proxies.length ?? 0 })}</List.Item>
          {found?.renamed.map(({ from, to }) => (
            <List.Item key={from}>{t("{{from}} is called {{to}} here", { from, to })}</List.Item>
          ))}
          {found?.skipped.map(({ name, why }) => (
            <List.Item key={name}>{t("{{name}} was passed over: {{why}}", { name, why: told(why) })}</List.Item>
          ))}
        </List>
      </Modal>
    </>
  );
}
