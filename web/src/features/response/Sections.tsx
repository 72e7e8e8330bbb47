import { Accordion, Button, Text } from "@mantine/core";
import type { ReactNode, Ref } from "react";
import { useTranslation } from "react-i18next";
import type { Connection } from "@/api/connections";
import { sentenceOf } from "@/api/problems";
import { HeadersAndBody } from "@/features/response/HeadersAndBody";
import { PostProcessing } from "@/features/response/PostProcessing";
import { SourceSettings } from "@/features/response/SourceSettings";
import { SystemPrompt } from "@/features/response/SystemPrompt";
import { WhatIsSent } from "@/features/response/WhatIsSent";
import type { Asked } from "@/api/asked";
import { useKept } from "@/features/response/keeping";
import { useSections, useSought } from "@/features/response/sections";
import { Trouble } from "@/ui/Trouble";

type SectionsProps = {
  chatId: string | null;
  asked: Asked;
  /** Draws the proxy of a connection. */
  proxyOf: (connection: Connection) => ReactNode;
  /** Whether one wants to see what is sent; and is told when one does. */
  isSentSought: boolean;
  onFound: () => void;
};

/** What is in the panel, section by section; which of them are open is remembered. */
export function Sections({ chatId, asked, proxyOf, isSentSought, onFound }: SectionsProps) {
  const { t } = useTranslation();
  const kept = useKept(chatId);
  const [open, setOpen] = useSections();
  const sent = useSought(isSentSought, onFound);
  const { connection } = asked;
  return (
    <>
      {kept.collided && (
        <Trouble
          message={t("The same was changed in another window, so yours is not kept yet.")}
          actions={
            <>
              <Button size="compact-sm" variant="light" onClick={kept.keepMine}>
                {t("Keep mine")}
              </Button>
              <Button size="compact-sm" variant="light" onClick={kept.takeTheirs}>
                {t("Take the other one")}
              </Button>
            </>
          }
        />
      )}
      {kept.trouble && <Trouble message={sentenceOf(kept.trouble)} onRetry={kept.retry} />}
      {chatId === null && (
        <Text size="xs" c="dimmed" px="md" pt="sm">
          {t("This chat has not begun: what you set here, new chats begin with.")}
        </Text>
      )}
      <Accordion multiple variant="default" value={open} onChange={setOpen} chevronPosition="left">
        <Section name="system" title={t("System prompt")}>
          <SystemPrompt value={kept.system} ofChat={chatId !== null} onChange={kept.write} />
        </Section>
        <Section name="settings" title={t("Response settings")}>
          <SourceSettings asked={asked} settings={kept.settings} onTurn={kept.turn} />
        </Section>
        {connection && (
          <>
            <Section name="proxy" title={t("Reverse Proxy")}>
              {open.includes("proxy") && proxyOf(connection)}
            </Section>
            <Section name="post" title={t("Prompt Post-Processing")}>
              <PostProcessing connection={connection} />
            </Section>
            <Section name="body" title={t("Additional Parameters")}>
              <HeadersAndBody key={connection.id} connection={connection} />
            </Section>
          </>
        )}
        <Section ref={sent} name="sent" title={t("What is sent")}>
          <WhatIsSent chatId={chatId} open={open.includes("sent")} />
        </Section>
      </Accordion>
    </>
  );
}

type SectionProps = { name: string; title: string; children: ReactNode; ref?: Ref<HTMLDivElement> };

function Section({ name, title, children, ref }: SectionProps) {
  return (
    <Accordion.Item ref={ref} value={name}>
      <Accordion.Control>{title}</Accordion.Control>
      <Accordion.Panel>{children}</Accordion.Panel>
    </Accordion.Item>
  );
}
