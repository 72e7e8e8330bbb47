import { Menu } from "@mantine/core";
import {
  IconArrowDown,
  IconArrowUp,
  IconBookmark,
  IconCopy,
  IconCopyPlus,
  IconDots,
  IconEye,
  IconEyeOff,
  IconGitBranch,
  IconHistory,
  IconPencil,
  IconPlayerTrackNext,
  IconPlugConnected,
  IconRefresh,
  IconTrash,
  IconTrashX,
} from "@tabler/icons-react";
import { useRef } from "react";
import { useTranslation } from "react-i18next";
import { Tool } from "@/features/chat/message/Tool";
import classes from "@/features/chat/message/Tools.module.css";
import type { MessageActions } from "@/features/chat/message/types";

type ToolsProps = {
  actions: MessageActions;
  /** Whether it is a model's message: then the common four are those of answers. */
  isAnswer: boolean;
  /** Whether it is being written: then there is nothing to do with it but to read. */
  busy: boolean;
};

type Offer = { act: (() => void) | undefined; word: string; icon: typeof IconCopy; hot?: boolean };

/** What can be done with a message: the common four as buttons, the rest behind ⋯. */
export function Tools({ actions, isAnswer, busy }: ToolsProps) {
  const { t } = useTranslation();
  const place = useRef<HTMLDivElement>(null);
  if (busy) return null;
  /** What an entry opens gives the focus back to the button: the entry itself is gone by then. */
  const pick = (act: Offer["act"]) => () => {
    place.current?.querySelector<HTMLElement>("[aria-haspopup=menu]")?.focus({ preventScroll: true });
    act?.();
  };
  const copy: Offer = { act: actions.copy, word: t("Copy"), icon: IconCopy };
  const edit: Offer = { act: actions.edit, word: t("Edit"), icon: IconPencil };
  const again: Offer = { act: actions.regenerate, word: t("Regenerate"), icon: IconRefresh };
  const branch: Offer = { act: actions.branch, word: t("Branch from here"), icon: IconGitBranch };
  const remove: Offer = { act: actions.delete, word: t("Delete"), icon: IconTrash, hot: true };
  const rest: Offer[] = [
    { act: actions.continue, word: t("Continue"), icon: IconPlayerTrackNext },
    ...(isAnswer ? [] : [again]),
    { act: actions.useOtherConnection, word: t("Use another connection"), icon: IconPlugConnected },
    { act: actions.checkpoint, word: t("Set a checkpoint"), icon: IconBookmark },
    { act: actions.duplicate, word: t("Copy to a new chat"), icon: IconCopyPlus },
    { act: actions.editions, word: t("Earlier versions"), icon: IconHistory },
    { act: actions.hide, word: t("Hide from the model"), icon: IconEyeOff },
    { act: actions.unhide, word: t("Show to the model again"), icon: IconEye },
    { act: actions.moveUp, word: t("Move up"), icon: IconArrowUp },
    { act: actions.moveDown, word: t("Move down"), icon: IconArrowDown },
    ...(isAnswer ? [remove] : []),
    { act: actions.deleteBelow, word: t("Delete this and all below"), icon: IconTrashX, hot: true },
  ];
  const common = (isAnswer ? [copy, edit, again, branch] : [copy, edit, branch, remove]).filter(({ act }) => act);
  const offered = rest.filter(({ act }) => act);
  const firstHot = offered.findIndex(({ hot }) => hot);
  return (
    <div ref={place} className={classes.tools} role="group" aria-label={t("What to do with this message")}>
      {common.map(({ act, word, icon }) => (
        <Tool key={word} label={word} icon={icon} onClick={act} />
      ))}
      {offered.length > 0 && (
        <Menu position="bottom-end" withinPortal>
          <Menu.Target>
            <Tool label={t("More")} icon={IconDots} />
          </Menu.Target>
          <Menu.Dropdown>
            {offered.map(({ act, word, icon: Icon, hot }, at) => (
              <div key={word} role="none">
                {at === firstHot && at > 0 && <Menu.Divider />}
                <Menu.Item color={hot ? "red" : undefined} leftSection={<Icon size={16} aria-hidden />} onClick={pick(act)}>
                  {word}
                </Menu.Item>
              </div>
            ))}
          </Menu.Dropdown>
        </Menu>
      )}
    </div>
  );
}
