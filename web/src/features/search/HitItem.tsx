import { Group, Text } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import type { Hit } from "@/api/search";
import classes from "@/features/search/Search.module.css";
import { piecesOf } from "@/features/search/marks";
import { moment } from "@/lib/figures";
import { SPEAKERS } from "@/ui/speakers";

/** A message that was found; it opens in its own branch. */
export function HitItem({ hit }: { hit: Hit }) {
  const { t, i18n } = useTranslation();
  return (
    <li>
      <Link
        className={classes.hit}
        to="/chats/$chatId"
        params={{ chatId: hit.chat_id }}
        search={{ message: hit.message_id }}
      >
        <Group gap="xs" wrap="nowrap" justify="space-between">
          <Text size="sm" fw={600} truncate>
            {hit.chat_title || t("A chat without a title")}
          </Text>
          <Text size="xs" c="dimmed" className={classes.when}>
            {hit.author ?? t(SPEAKERS[hit.role] ?? hit.role)} · {moment(hit.created_at, i18n.language)}
          </Text>
        </Group>
        <Text size="sm" className={classes.snippet}>
          {piecesOf(hit.snippet).map((piece, at) =>
            piece.found ? (
              <mark key={at} className={classes.found}>
                {piece.text}
              </mark>
            ) : (
              piece.text
            ),
          )}
        </Text>
      </Link>
    </li>
  );
}
