import { VisuallyHidden } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { spokenOf } from "@/features/chat/spoken";

const LONGEST = 3000;

type AnnouncerProps = {
  isWriting: boolean;
  /** What was written last, once it is whole. */
  heard: string;
};

/** Says to a screen reader that something is written, and then once what it is. */
export function Announcer({ isWriting, heard }: AnnouncerProps) {
  const { t } = useTranslation();
  return (
    <VisuallyHidden role="status" aria-live="polite" aria-atomic>
      {isWriting ? t("Writing …") : spokenOf(heard).slice(0, LONGEST)}
    </VisuallyHidden>
  );
}
