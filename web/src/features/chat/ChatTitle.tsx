import { Text, TextInput, UnstyledButton, VisuallyHidden } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { type Chat, changeChat, chatQuery } from "@/api/chats";
import classes from "@/features/chat/ChatHeader.module.css";
import { showTrouble } from "@/ui/toasts";

/** The name of a chat, which is changed where it stands. */
export function ChatTitle({ chat }: { chat: Chat | null }) {
  const { t } = useTranslation();
  const cache = useQueryClient();
  const [typed, setTyped] = useState<string | null>(null);
  const rename = useMutation({
    mutationFn: ({ id, title, version }: Pick<Chat, "id" | "title" | "version">) =>
      changeChat(id, { title, version }),
    onSuccess: (changed) => {
      cache.setQueryData(chatQuery(changed.id).queryKey, changed);
      void cache.invalidateQueries({ queryKey: ["chats"] });
      setTyped(null);
    },
    onError: (error) => {
      showTrouble(error);
      if (chat) void cache.invalidateQueries({ queryKey: chatQuery(chat.id).queryKey });
    },
  });
  if (!chat) {
    return (
      <div className={classes.title}>
        <Text component="h1" className={classes.name}>
          {t("New chat")}
        </Text>
      </div>
    );
  }

  const name = chat.title || t("A chat without a title");
  const keep = () => {
    const title = typed?.trim() ?? "";
    if (!title || title === chat.title) setTyped(null);
    else rename.mutate({ id: chat.id, title, version: chat.version });
  };
  return (
    <div className={classes.title}>
      <VisuallyHidden component="h1">{name}</VisuallyHidden>
      {typed === null ? (
        <UnstyledButton
          className={classes.name}
          title={name}
          aria-label={t("Rename: {{name}}", { name })}
          onClick={() => setTyped(chat.title)}
        >
          {name}
        </UnstyledButton>
      ) : (
        <TextInput
          aria-label={t("Name of the chat")}
          value={typed}
          maxLength={300}
          // It was asked for by a click on the name.
          // eslint-disable-next-line jsx-a11y/no-autofocus
          autoFocus
          onFocus={(event) => event.currentTarget.select()}
          onChange={(event) => setTyped(event.currentTarget.value)}
          onBlur={keep}
          onKeyDown={(event) => {
            if (event.key === "Enter") keep();
            if (event.key !== "Escape") return;
            event.stopPropagation();
            event.preventDefault();
            setTyped(null);
          }}
        />
      )}
    </div>
  );
}
