import { Button, Group, Modal, Stack, Text, TextInput } from "@mantine/core";
import { useDisclosure, useMediaQuery } from "@mantine/hooks";
import { IconRadar2, IconRefresh } from "@tabler/icons-react";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Connection } from "@/api/connections";
import { sentenceOf } from "@/api/problems";
import { findServers } from "@/api/servers";
import type { Source } from "@/api/sources";
import classes from "@/features/connections/servers/FindServers.module.css";
import { FoundServer } from "@/features/connections/servers/FoundServer";
import { leadingTo, useServer } from "@/features/connections/servers/using";
import { told } from "@/lib/words";
import { Caution } from "@/ui/Caution";
import { StatusLine } from "@/ui/Status";
import { Trouble } from "@/ui/Trouble";

type FindServersProps = {
  connections: readonly Connection[];
  sources: readonly Source[];
  onShow: (id: string) => void;
};

/** Looks for servers on the machine Tapster runs on, when one asks for it, and connects them. */
export function FindServers({ connections, sources, onShow }: FindServersProps) {
  const { t } = useTranslation();
  const [opened, { open, close }] = useDisclosure(false);
  const [host, setHost] = useState("");
  const isPhone = useMediaQuery("(max-width: 48em)", false, { getInitialValueInEffect: false });
  const finding = useMutation({ mutationFn: findServers });
  const shown = (id: string) => {
    close();
    onShow(id);
  };
  const using = useServer(sources, shown);
  const look = () => {
    using.reset();
    finding.mutate(host);
  };
  const found = finding.data;
  return (
    <>
      <Button
        fullWidth
        variant="default"
        mih={40}
        leftSection={<IconRadar2 size={16} aria-hidden />}
        onClick={() => {
          look();
          open();
        }}
      >
        {t("Find my servers")}
      </Button>
      <Modal
        opened={opened}
        onClose={close}
        title={t("Servers of your own")}
        size="lg"
        fullScreen={isPhone === true}
        closeButtonProps={{ "aria-label": t("Close"), size: 40 }}
      >
        <Stack gap={16} aria-busy={finding.isPending}>
          {finding.isPending ? (
            <StatusLine mood="busy">{t("Looking at the usual ports …")}</StatusLine>
          ) : finding.error ? (
            <Trouble message={told(sentenceOf(finding.error))} onRetry={look} />
          ) : (
            <Text size="sm" role="status">
              {found?.servers.length
                ? t("{{count}} servers found", { count: found.servers.length })
                : t("None answers at the ports {{ports}}. Start it, and switch its API on; or type its address into a new connection.", {
                    ports: found?.ports.join(", "),
                  })}
            </Text>
          )}
          {!finding.isPending && found && found.servers.length > 0 && (
            <ul className={classes.servers}>
              {found.servers.map((server) => (
                <FoundServer
                  key={server.address}
                  server={server}
                  known={leadingTo(server, connections, sources)}
                  using={using.isPending && using.variables === server}
                  onUse={() => using.mutate(server)}
                  onShow={shown}
                />
              ))}
            </ul>
          )}
          {using.error && <Trouble message={told(sentenceOf(using.error))} />}
          {!finding.isPending && found?.note && <Caution>{told(found.note)}</Caution>}
          <form
            onSubmit={(event) => {
              event.preventDefault();
              look();
            }}
          >
            <Group gap={12} align="flex-end">
              <TextInput
                flex="1 1 240px"
                label={t("Where to look")}
                description={t("Empty: on the machine Tapster runs on. Or another one’s name or address.")}
                placeholder="host.docker.internal"
                autoComplete="off"
                spellCheck={false}
                value={host}
                onChange={(event) => setHost(event.currentTarget.value)}
              />
              <Button
                variant="default"
                type="submit"
                loading={finding.isPending}
                leftSection={<IconRefresh size={16} aria-hidden />}
              >
                {t("Look again")}
              </Button>
            </Group>
          </form>
        </Stack>
      </Modal>
    </>
  );
}
