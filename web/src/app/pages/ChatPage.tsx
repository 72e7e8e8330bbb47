import { Skeleton } from "@mantine/core";
import { useLocalStorage, useMediaQuery } from "@mantine/hooks";
import { IconAdjustmentsHorizontal, IconFileText } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { Suspense, lazy, useCallback, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { chatQuery } from "@/api/chats";
import classes from "@/app/pages/panel.module.css";
import { Conversation } from "@/features/chat";
import { useUnfold } from "@/features/response/sections";
import { useShortcut } from "@/lib/shortcuts";
import { Shield } from "@/ui/Shield";
import { useCommands } from "@/ui/commands";
import { useTitle } from "@/ui/title";

const ResponsePanel = lazy(async () => ({
  default: (await import("@/features/response")).ResponsePanel,
}));

const ProxySection = lazy(async () => ({
  default: (await import("@/features/connections")).ProxySection,
}));

/** A chat, or the place where one begins, with the response configuration beside it. */
export function ChatPage() {
  const { t } = useTranslation();
  const { chatId } = useParams({ strict: false });
  const { message } = useSearch({ strict: false });
  const go = useNavigate();
  const [isOpen, setOpen] = usePanel();
  const chat = useQuery({ ...chatQuery(chatId ?? ""), enabled: chatId !== undefined }).data;
  useTitle(chatId === undefined ? t("New chat") : chat && (chat.title || t("A chat without a title")));
  const toggle = useCallback(() => setOpen((open) => !open), [setOpen]);
  useShortcut("panel", toggle, { whileWriting: true });
  /** Whether what is sent is to be brought into view. */
  const [isSentSought, setSentSought] = useState(false);
  const seekSent = useCallback(() => setSentSought(true), []);
  const sentFound = useCallback(() => setSentSought(false), []);
  usePanelCommands({ isOpen, toggle, isBegun: chatId !== undefined, seekSent });
  const begun = useCallback(
    (id: string) => void go({ to: "/chats/$chatId", params: { chatId: id }, replace: true }),
    [go],
  );
  // Seen once, it is not looked for again on the way back, or when the page is loaded anew.
  const found = useCallback(
    () => void go({ to: ".", search: { message: undefined }, replace: true }),
    [go],
  );
  const panel = useMemo(() => ({ isOpen, toggle }), [isOpen, toggle]);
  return (
    <div className={classes.page}>
      <Conversation
        key={chatId ?? "new"}
        chatId={chatId ?? null}
        focus={message ?? null}
        onFound={found}
        onBegun={begun}
        panel={panel}
      />
      {isOpen && (
        <Shield of={chatId}>
          <Suspense fallback={null}>
            <ResponsePanel
              chatId={chatId ?? null}
              onClose={() => setOpen(false)}
              isSentSought={isSentSought}
              onFound={sentFound}
              proxyOf={(connection) => (
                <Suspense fallback={<Skeleton h={40} />}>
                  <ProxySection connection={connection} />
                </Suspense>
              )}
            />
          </Suspense>
        </Shield>
      )}
    </div>
  );
}

type Panel = { isOpen: boolean; toggle: () => void; isBegun: boolean; seekSent: () => void };

/** Offer the response configuration, and in it what goes out. */
function usePanelCommands({ isOpen, toggle, isBegun, seekSent }: Panel): void {
  const { t } = useTranslation();
  const unfold = useUnfold();
  useCommands([
    {
      group: "chat",
      label: isOpen ? t("Close the response configuration") : t("Open the response configuration"),
      words: t("panel settings parameters sampler temperature system prompt"),
      action: "panel",
      icon: IconAdjustmentsHorizontal,
      act: toggle,
    },
    isBegun && {
      group: "chat",
      label: t("What is sent"),
      words: t("request preview tokens context prompt body"),
      icon: IconFileText,
      act: () => {
        unfold("sent");
        seekSent();
        if (!isOpen) toggle();
      },
    },
  ]);
}

/** Hold whether the panel is open. Where it lies over the chat, it is not so from the last time. */
function usePanel() {
  const isPhone = useMediaQuery("(max-width: 48em)", false, { getInitialValueInEffect: false });
  const over = useState(false);
  const beside = useLocalStorage({
    key: "tapster-panel",
    defaultValue: false,
    getInitialValueInEffect: false,
  });
  return isPhone ? over : ([beside[0], beside[1]] as const);
}
