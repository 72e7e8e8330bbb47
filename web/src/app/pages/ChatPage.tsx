import { Skeleton } from "@mantine/core";
import { useLocalStorage, useMediaQuery } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { Suspense, lazy, useCallback, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { chatQuery } from "@/api/chats";
import classes from "@/app/pages/panel.module.css";
import { Conversation } from "@/features/chat";
import { useShortcut } from "@/lib/shortcuts";
import { Shield } from "@/ui/Shield";
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
