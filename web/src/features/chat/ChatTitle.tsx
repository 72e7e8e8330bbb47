import { Text, TextInput, UnstyledButton, VisuallyHidden } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Chat } from "@/api/chats";
import classes from "@/features/chat/ChatHeader.module.css";
import { useRename } from "@/features/chat/renaming";

/** The name of a chat, which is changed where it stands. */
export function ChatTitle({ chat }: { chat: Chat | null }) {
  const { t } = useTranslation();
  const [typed, setTyped] = useState<string | null>(null);
  const rename = useRename();
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
    else rename({ chat, title }, { onSuccess: () => setTyped(null) });
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
