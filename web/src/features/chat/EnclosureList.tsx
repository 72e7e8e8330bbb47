import { ActionIcon, Button, CloseButton, Group, Progress, Text, Tooltip } from "@mantine/core";
import { IconAlertTriangle, IconFile, IconFileText, IconRefresh } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import classes from "@/features/chat/Composer.module.css";
import type { Enclosure } from "@/features/chat/enclosures";
import { fileSize } from "@/lib/sizes";

type EnclosureListProps = {
  enclosures: readonly Enclosure[];
  onRemove: (key: string) => void;
  onRetry: (enclosure: Enclosure) => void;
  /** Put what was pasted into the input after all. */
  onType: (enclosure: Enclosure) => void;
};

/** The files that go along with what is typed. */
export function EnclosureList({ enclosures, onRemove, onRetry, onType }: EnclosureListProps) {
  const { t, i18n } = useTranslation();
  if (!enclosures.length) return null;
  return (
    <ul className={classes.enclosures} aria-label={t("Attached files")}>
      {enclosures.map((each) => (
        <li key={each.key} className={classes.enclosure} data-failed={each.error !== null || undefined}>
          <Picture enclosure={each} />
          <div className={classes.about}>
            <Text size="xs" fw={500} truncate title={each.name}>
              {each.name}
            </Text>
            <Text size="xs" c={each.error ? "var(--tap-bad)" : "dimmed"} role={each.error ? "alert" : undefined}>
              {each.error ?? fileSize(each.size, i18n.language)}
            </Text>
            {!each.enclosed && !each.error && (
              <Progress size="xs" value={each.share * 100} aria-label={t("Uploading {{name}}", { name: each.name })} />
            )}
            {each.pasted !== null && (
              <Button size="compact-xs" variant="subtle" onClick={() => onType(each)}>
                {t("Paste as text")}
              </Button>
            )}
          </div>
          <Group gap={0} wrap="nowrap">
            {each.error && each.file && (
              <Tooltip label={t("Try again")}>
                <ActionIcon variant="subtle" aria-label={t("Try again")} onClick={() => onRetry(each)}>
                  <IconRefresh size={16} />
                </ActionIcon>
              </Tooltip>
            )}
            <CloseButton
              size="sm"
              aria-label={t("Remove {{name}}", { name: each.name })}
              onClick={() => onRemove(each.key)}
            />
          </Group>
        </li>
      ))}
    </ul>
  );
}

function Picture({ enclosure: { picture, error, kind } }: { enclosure: Enclosure }) {
  if (error) return <IconAlertTriangle size={24} aria-hidden color="var(--tap-bad)" />;
  if (picture) return <img className={classes.thumbnail} src={picture} alt="" />;
  return kind === "text" ? <IconFileText size={24} aria-hidden /> : <IconFile size={24} aria-hidden />;
}
