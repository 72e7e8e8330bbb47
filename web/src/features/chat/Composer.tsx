import { ActionIcon, FileButton, Group, Textarea, Tooltip } from "@mantine/core";
import { useMediaQuery } from "@mantine/hooks";
import { IconClock, IconPaperclip, IconPlayerStopFilled, IconSend2 } from "@tabler/icons-react";
import { type ClipboardEvent, type KeyboardEvent, type Ref, memo, useEffect, useImperativeHandle, useRef } from "react";
import { useTranslation } from "react-i18next";
import { usePreferences } from "@/api/preferences";
import classes from "@/features/chat/Composer.module.css";
import { ComposerMenu } from "@/features/chat/ComposerMenu";
import { EnclosureList } from "@/features/chat/EnclosureList";
import { QueueNote } from "@/features/chat/QueueNote";
import type { Deeds } from "@/features/chat/deeds";
import { LONG_PASTE, takes } from "@/features/chat/files";
import type { Progress } from "@/features/chat/queue";
import type { Situation } from "@/features/chat/situation";
import { type Deliver, useTyping } from "@/features/chat/typing";
import { Caution } from "@/ui/Caution";
import { Trouble } from "@/ui/Trouble";
import { showDone, showTrouble } from "@/ui/toasts";

export type ComposerHandle = {
  focus: () => void;
  add: (files: readonly File[]) => void;
  isEmpty: () => boolean;
  send: () => void;
  /** Whether `target` is the input. */
  is: (target: EventTarget | null) => boolean;
  /** What is typed, to the last letter. */
  text: () => string;
};

type ComposerProps = {
  chatId: string | null;
  ref: Ref<ComposerHandle>;
  /** What the model takes beside words; not known: everything. */
  inputs: readonly string[] | undefined;
  progress: Progress;
  /** Is told whether something waits for the end of an answer. */
  onQueue: (waits: boolean) => void;
  impersonated: Situation["impersonated"];
  onImpersonated: () => void;
  /** What the person said last. */
  lastSaid: string | null;
  /** Whether something was said under a key. */
  hasSaid: (key: string) => Promise<boolean>;
  deliver: Deliver;
  onBegun: (chatId: string) => void;
  deeds: Deeds | null;
  /** Have the last answer written anew, or go on. */
  onRegenerate: (() => void) | null;
  onContinue: (() => void) | null;
};

/** The input: what is typed and attached, sent with Enter or the button. */
export const Composer = memo(function Composer(props: ComposerProps) {
  const { ref, inputs, progress, onQueue, impersonated, onImpersonated, deeds } = props;
  const { t } = useTranslation();
  const isPhone = useMediaQuery("(max-width: 48em)", false, { getInitialValueInEffect: false });
  const hasKeyboard = useMediaQuery("(hover: hover)", true, { getInitialValueInEffect: false });
  const sendsOnEnter = usePreferences().send_on_enter && hasKeyboard && !isPhone;
  const typing = useTyping(props);
  const input = useRef<HTMLTextAreaElement>(null);
  const { text, setText, enclosures, turn } = typing;
  const isWriting = progress.writing !== null;
  const isImpersonating = impersonated !== null && !impersonated.ended;

  const send = () => {
    if (isImpersonating) showDone(t("Something is being written: wait for its end, or stop it."));
    else if (typing.isUploading) showDone(t("The files are still on their way."));
    else typing.send();
    input.current?.focus();
  };
  useImperativeHandle(ref, () => ({
    focus: () => input.current?.focus(),
    add: typing.add,
    isEmpty: () => typing.isEmpty,
    send,
    is: (target) => target === input.current,
    text: () => text,
  }));
  useEffect(() => {
    if (hasKeyboard && !isPhone) input.current?.focus({ preventScroll: true });
  }, [hasKeyboard, isPhone]);

  const waits = turn === "waits";
  useEffect(() => onQueue(waits), [onQueue, waits]);

  useEffect(() => {
    if (!impersonated) return;
    setText(impersonated.typed + impersonated.text);
    if (!impersonated.ended) return;
    if (impersonated.error) showTrouble(impersonated.error);
    onImpersonated();
    input.current?.focus();
  }, [impersonated, setText, onImpersonated]);

  const press = (event: KeyboardEvent) => {
    if (event.key !== "Enter" || event.nativeEvent.isComposing || event.shiftKey || event.altKey) return;
    const withModifier = event.ctrlKey || event.metaKey;
    if (withModifier ? typing.isEmpty : !sendsOnEnter) return;
    event.preventDefault();
    send();
  };
  const paste = (event: ClipboardEvent) => {
    const files = [...event.clipboardData.files];
    const words = event.clipboardData.getData("text/plain");
    if (files.length && !words) {
      event.preventDefault();
      typing.add(files);
    } else if (words.length >= LONG_PASTE) {
      event.preventDefault();
      typing.add([new File([words], t("pasted.txt"), { type: "text/plain" })], words);
    }
  };

  const unseen = [...new Set(enclosures.map(({ kind }) => kind))].filter((kind) => !takes(inputs, kind));
  return (
    <div className={classes.composer}>
      <div className={classes.inner}>
        {typing.trouble && <Trouble message={typing.trouble.message} onRetry={send} />}
        <EnclosureList
          enclosures={enclosures}
          onRemove={typing.remove}
          onRetry={typing.retry}
          onType={(each) => {
            setText((typed) => typed + (each.pasted ?? ""));
            typing.remove(each.key);
            input.current?.focus();
          }}
        />
        {unseen.length > 0 && (
          <Caution role="status">
            {unseen.includes("image")
              ? t("This model does not see images.")
              : t("This model does not take such files.")}
          </Caution>
        )}
        <QueueNote
          turn={turn === "due" ? null : turn}
          onCancel={() => {
            typing.unqueue();
            input.current?.focus();
          }}
        />
        <Group gap={4} wrap="nowrap" align="flex-end" className={classes.box}>
          <FileButton multiple onChange={(files) => typing.add(files)}>
            {(button) => (
              <Tooltip label={t("Attach files")}>
                <ActionIcon {...button} variant="subtle" color="gray" size={40} aria-label={t("Attach files")}>
                  <IconPaperclip size={20} />
                </ActionIcon>
              </Tooltip>
            )}
          </FileButton>
          <ComposerMenu
            deeds={deeds}
            isWriting={isWriting}
            onImpersonate={() => void deeds?.impersonate(text)}
            onRegenerate={props.onRegenerate}
            onContinue={props.onContinue}
          />
          <Textarea
            ref={input}
            className={classes.input}
            variant="unstyled"
            autosize
            minRows={1}
            maxRows={isPhone ? 6 : 12}
            aria-label={t("Message")}
            placeholder={isImpersonating ? t("Your message is being written …") : t("Write a message …")}
            value={text}
            readOnly={isImpersonating}
            enterKeyHint={sendsOnEnter ? "send" : "enter"}
            onChange={(event) => setText(event.currentTarget.value)}
            onKeyDown={press}
            onPaste={paste}
          />
          {isWriting && !isImpersonating && typing.canSend && !waits && (
            <Tooltip label={t("Send when the answer ends")}>
              <ActionIcon size={40} variant="subtle" aria-label={t("Send when the answer ends")} onClick={send}>
                <IconClock size={20} />
              </ActionIcon>
            </Tooltip>
          )}
          {isWriting ? (
            <Tooltip label={t("Stop (Esc)")}>
              <ActionIcon size={40} variant="filled" aria-label={t("Stop")} onClick={() => void deeds?.stop()}>
                <IconPlayerStopFilled size={18} />
              </ActionIcon>
            </Tooltip>
          ) : (
            <Tooltip label={typing.isUploading ? t("The files are still on their way.") : t("Send")}>
              <ActionIcon
                size={40}
                variant="filled"
                aria-label={t("Send")}
                loading={typing.sending}
                disabled={!typing.canSend}
                onClick={send}
              >
                <IconSend2 size={20} />
              </ActionIcon>
            </Tooltip>
          )}
        </Group>
      </div>
    </div>
  );
});
