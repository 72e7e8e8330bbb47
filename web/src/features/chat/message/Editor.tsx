import { Button, Group, Text, Textarea } from "@mantine/core";
import { type KeyboardEvent, useEffect, useLayoutEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Message } from "@/api/messages";
import { Overtaken } from "@/features/chat/message/Overtaken";
import { keepEdit, readEdit } from "@/features/chat/message/draft";
import classes from "@/features/chat/message/Message.module.css";
import { sentenceOf } from "@/api/problems";
import { told } from "@/lib/words";

type Keep = (text: string, version: number) => Promise<void>;

type EditorProps = {
  /** The message as it is kept just now. */
  message: Pick<Message, "id" | "text" | "version">;
  /** Is told upon which version of the message the words were written. */
  onSave: Keep;
  /** Saves it, and has it answered anew; where that cannot be, it is not offered. */
  onSaveAndAnswer?: Keep | undefined;
  onCancel: () => void;
};

/** The words of a message to be changed. What was typed is there again after Esc or an error. */
export function Editor({ message, onSave, onSaveAndAnswer, onCancel }: EditorProps) {
  const { t } = useTranslation();
  const { id: messageId, text } = message;
  /** The message the person last knew of: another window may change it while one types. */
  const [known, setKnown] = useState(message);
  const [typed, setTyped] = useState(() => readEdit(messageId) ?? text);
  const [resumed, setResumed] = useState(() => (readEdit(messageId) ?? text) !== text);
  const [saving, setSaving] = useState(false);
  const isOvertaken = !saving && text !== known.text;
  const [trouble, setTrouble] = useState<unknown>(null);
  const field = useRef<HTMLTextAreaElement>(null);
  useEffect(() => {
    const area = field.current;
    area?.focus({ preventScroll: true });
    area?.setSelectionRange(area.value.length, area.value.length);
  }, []);

  useLayoutEffect(() => {
    const area = field.current;
    if (!area) return;
    area.style.height = "auto";
    area.style.height = `${area.scrollHeight + area.offsetHeight - area.clientHeight}px`;
  }, [typed]);

  const change = (next: string) => {
    setTyped(next);
    keepEdit(messageId, next === text ? null : next);
  };
  const goOn = () => {
    setKnown(message);
    setTrouble(null);
    field.current?.focus();
  };
  const takeTheirs = () => {
    goOn();
    change(text);
  };
  const save = async (keep = onSave) => {
    if (saving) return;
    if (typed === text && keep === onSave) {
      keepEdit(messageId, null);
      onCancel();
      return;
    }
    setSaving(true);
    setTrouble(null);
    try {
      await keep(typed, known.text === text ? message.version : known.version);
      keepEdit(messageId, null);
    } catch (error) {
      setTrouble(error);
    } finally {
      setSaving(false);
    }
  };
  const hear = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return;
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) void save();
    else if (event.key === "Escape") onCancel();
    else return;
    // Neither is meant for the conversation around it.
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <div className={classes.editor}>
      {resumed && (
        <Group gap={8}>
          <Text size="xs" c="dimmed">
            {t("This is what you typed earlier and did not save.")}
          </Text>
          <Button
            size="compact-xs"
            variant="subtle"
            onClick={() => {
              change(text);
              setResumed(false);
            }}
          >
            {t("Back to what is kept")}
          </Button>
        </Group>
      )}
      <Textarea
        ref={field}
        aria-label={t("Text of the message")}
        rows={2}
        value={typed}
        readOnly={saving}
        onChange={(event) => change(event.currentTarget.value)}
        onKeyDown={hear}
        classNames={{ input: classes.editorField }}
        error={trouble === null || isOvertaken ? undefined : told(sentenceOf(trouble))}
      />
      {isOvertaken && <Overtaken theirs={text} onMine={goOn} onTheirs={takeTheirs} />}
      <Group gap={8} justify="flex-end">
        <Text size="xs" c="dimmed" visibleFrom="sm" mr="auto">
          {t("Ctrl-Enter saves, Esc closes and keeps what you typed.")}
        </Text>
        <Button size="compact-md" variant="subtle" color="gray" className={classes.way} onClick={onCancel}>
          {t("Cancel")}
        </Button>
        <Button size="compact-md" className={classes.way} loading={saving} onClick={() => void save()}>
          {t("Save")}
        </Button>
        {onSaveAndAnswer && (
          <Button
            size="compact-md"
            variant="light"
            className={classes.way}
            disabled={saving}
            onClick={() => void save(onSaveAndAnswer)}
          >
            {t("Save and answer")}
          </Button>
        )}
      </Group>
    </div>
  );
}
