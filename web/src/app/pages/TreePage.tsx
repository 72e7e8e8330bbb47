import { Anchor, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useParams } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { chatQuery } from "@/api/chats";
import { ChatTree } from "@/features/chats";
import { Sheet } from "@/ui/Sheet";
import { useTitle } from "@/ui/title";

/** The branches of a chat. */
export function TreePage() {
  const { t } = useTranslation();
  const { chatId = "" } = useParams({ strict: false });
  const go = useNavigate();
  const chat = useQuery(chatQuery(chatId)).data;
  const title = chat ? chat.title || t("A chat without a title") : t("Branches");
  useTitle(chat ? `${title} (${t("Branches")})` : title);
  return (
    <Sheet>
      <div>
        <Anchor
          size="sm"
          renderRoot={(props) => <Link {...props} to="/chats/$chatId" params={{ chatId }} />}
        >
          {t("Back to the chat")}
        </Anchor>
        <Title order={1} size="h2">
          {title}
        </Title>
        <Text size="sm" c="dimmed">
          {t("Every branch of this chat. Choose one to show it; nothing is lost by that.")}
        </Text>
      </div>
      <ChatTree
        chatId={chatId}
        onShown={(message) =>
          void go({ to: "/chats/$chatId", params: { chatId }, search: { message } })
        }
      />
    </Sheet>
  );
}
