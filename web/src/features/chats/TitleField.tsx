import { TextInput } from "@mantine/core";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";

// The menu it was asked for in gives the focus back once it has gone.
const AFTER_MENU = 150;

type TitleFieldProps = {
  title: string;
  onRename: (title: string) => void;
  /** Is told when it is over, with a new title or without. */
  onDone: () => void;
};

/** A chat's title while it is typed anew: Enter keeps it, Escape does not. */
export function TitleField({ title, onRename, onDone }: TitleFieldProps) {
  const { t } = useTranslation();
  const [text, setText] = useState(title);
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => {
    const timer = setTimeout(() => field.current?.select(), AFTER_MENU);
    return () => clearTimeout(timer);
  }, []);
  const keep = () => {
    onRename(text);
    onDone();
  };
  return (
    <TextInput
      size="sm"
      flex={1}
      ref={field}
      aria-label={t("Title of the chat")}
      maxLength={200}
      value={text}
      onChange={(event) => setText(event.currentTarget.value)}
      onBlur={keep}
      onKeyDown={(event) => {
        event.stopPropagation();
        if (event.key === "Enter" && !event.nativeEvent.isComposing) keep();
        if (event.key === "Escape") onDone();
      }}
    />
  );
}
