import { Modal } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { type KeyboardEvent, useRef } from "react";
import { useTranslation } from "react-i18next";
import classes from "@/app/Palette.module.css";
import { PaletteList } from "@/app/PaletteList";
import { usePlaces, useTurning } from "@/app/commands";
import { useShortcut } from "@/lib/shortcuts";

/** The command palette: whatever can be done, every place and every chat, by a few letters. */
export function Palette() {
  const { t } = useTranslation();
  const [opened, { open, close }] = useDisclosure(false);
  usePlaces();
  useTurning();
  const before = useRef<Element | null>(null);
  /** Close it, and have the focus where it was before anything else is done. */
  const leave = (act?: () => void) => {
    close();
    if (before.current instanceof HTMLElement) before.current.focus({ preventScroll: true });
    act?.();
  };
  /** Hear Escape before whoever else does: what is being written is not stopped by it. */
  const press = (event: KeyboardEvent) => {
    if (event.key !== "Escape" || event.nativeEvent.isComposing) return;
    event.preventDefault();
    leave();
  };
  useShortcut(
    "palette",
    () => {
      if (opened) return leave();
      before.current = document.activeElement;
      open();
    },
    { whileWriting: true },
  );
  return (
    <Modal
      opened={opened}
      onClose={leave}
      closeOnEscape={false}
      onKeyDown={press}
      returnFocus={false}
      withCloseButton={false}
      size={600}
      yOffset="12dvh"
      padding={0}
      classNames={{ body: classes.palette }}
      attributes={{ content: { "aria-label": t("Command palette") } }}
    >
      <PaletteList onLeave={leave} />
    </Modal>
  );
}
