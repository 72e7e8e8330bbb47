import { Button } from "@mantine/core";
import { IconArrowDown } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import classes from "@/features/chat/Conversation.module.css";

type JumpToEndProps = {
  isShown: boolean;
  /** How many messages came since the end was last seen. */
  unread: number;
  isWriting: boolean;
  onJump: () => void;
};

/** The way back to the end, with what is new there. */
export function JumpToEnd({ isShown, unread, isWriting, onJump }: JumpToEndProps) {
  const { t } = useTranslation();
  if (!isShown) return null;
  const said = unread > 0 ? t("{{count}} new", { count: unread }) : isWriting ? t("Writing …") : t("To the end");
  return (
    <Button
      className={classes.jump}
      size="compact-md"
      radius="xl"
      variant={unread > 0 ? "filled" : "default"}
      leftSection={<IconArrowDown size={16} aria-hidden />}
      onClick={onJump}
    >
      {said}
    </Button>
  );
}
