import { Modal } from "@mantine/core";
import { IconFileText } from "@tabler/icons-react";
import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Inlined } from "@/features/chat/files";
import classes from "@/features/chat/message/Message.module.css";
import { fileSize } from "@/lib/sizes";
import { CopyButton } from "@/ui/CopyButton";

/** A text file that goes to the model between the words: shown by its name, and read on a click. */
export function InlinedFile({ name, text }: Inlined) {
  const { t, i18n } = useTranslation();
  const [isOpen, setOpen] = useState(false);
  const size = useMemo(() => new Blob([text]).size, [text]);
  return (
    <>
      <button
        type="button"
        className={`${classes.file} ${classes.inlined}`}
        aria-haspopup="dialog"
        title={t("Read {{name}}", { name })}
        onClick={() => setOpen(true)}
      >
        <IconFileText size={18} aria-hidden />
        <span className={classes.fileName}>{name}</span>
        <span className={classes.fileSize}>{fileSize(size, i18n.language)}</span>
      </button>
      <Modal
        opened={isOpen}
        onClose={() => setOpen(false)}
        size="xl"
        title={name}
        closeButtonProps={{ "aria-label": t("Close") }}
      >
        <CopyButton text={text} size="compact-sm" variant="light" />
        <pre className={classes.fileText}>{text}</pre>
      </Modal>
    </>
  );
}
