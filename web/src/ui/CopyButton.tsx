import { Button, type ButtonProps } from "@mantine/core";
import { IconAlertTriangle, IconCheck, IconCopy } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { useCopying } from "@/ui/copying";

type CopyButtonProps = ButtonProps & { text: string };

const ICONS = { copied: IconCheck, failed: IconAlertTriangle, ready: IconCopy };

/** Copies `text`, and says whether that went well: not every browser lets it happen. */
export function CopyButton({ text, ...look }: CopyButtonProps) {
  const { t } = useTranslation();
  const [said, copy] = useCopying(text);
  const Icon = ICONS[said ?? "ready"];
  return (
    <Button {...look} leftSection={<Icon size={14} aria-hidden />} onClick={copy}>
      <span role="status">
        {said === "copied" ? t("Copied") : said === "failed" ? t("Not copied") : t("Copy")}
      </span>
    </Button>
  );
}
