import { ActionIcon, Menu, Tooltip } from "@mantine/core";
import {
  IconArrowBackUp,
  IconArrowForwardUp,
  IconDots,
  IconPlayerTrackNext,
  IconRefresh,
  IconUserEdit,
} from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import type { Deeds } from "@/features/chat/deeds";
import { keysOf } from "@/lib/shortcuts";
import { Keys } from "@/ui/Keys";

type ComposerMenuProps = {
  deeds: Deeds | null;
  isWriting: boolean;
  onImpersonate: () => void;
  onRegenerate: (() => void) | null;
  onContinue: (() => void) | null;
};

const ICON = { size: 18, "aria-hidden": true } as const;

/** What else can be written, and the steps back and forth. */
export function ComposerMenu({ deeds, isWriting, onImpersonate, onRegenerate, onContinue }: ComposerMenuProps) {
  const { t } = useTranslation();
  return (
    <Menu position="top-start" width={280}>
      <Menu.Target>
        <Tooltip label={t("More")}>
          <ActionIcon variant="subtle" color="gray" size={40} aria-label={t("More")} disabled={!deeds}>
            <IconDots size={20} />
          </ActionIcon>
        </Tooltip>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item
          leftSection={<IconRefresh {...ICON} />}
          rightSection={<Keys keys={keysOf("regenerate")} />}
          disabled={isWriting || !onRegenerate}
          onClick={() => onRegenerate?.()}
        >
          {t("Regenerate")}
        </Menu.Item>
        <Menu.Item
          leftSection={<IconPlayerTrackNext {...ICON} />}
          rightSection={<Keys keys={keysOf("continue")} />}
          disabled={isWriting || !onContinue}
          onClick={() => onContinue?.()}
        >
          {t("Continue")}
        </Menu.Item>
        <Menu.Item
          leftSection={<IconUserEdit {...ICON} />}
          disabled={isWriting}
          onClick={onImpersonate}
        >
          {t("Impersonate: write my next message")}
        </Menu.Item>
        <Menu.Divider />
        <Menu.Item
          leftSection={<IconArrowBackUp {...ICON} />}
          rightSection={<Keys keys={keysOf("undo")} />}
          disabled={isWriting}
          onClick={() => void deeds?.step("undo")}
        >
          {t("Undo the last step")}
        </Menu.Item>
        <Menu.Item
          leftSection={<IconArrowForwardUp {...ICON} />}
          disabled={isWriting}
          onClick={() => void deeds?.step("redo")}
        >
          {t("Redo it")}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
