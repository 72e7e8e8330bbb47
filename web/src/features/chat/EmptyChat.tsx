import { Button, Stack, Text, Title } from "@mantine/core";
import { IconPlug } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { useAsked, useModels } from "@/api/asked";
import classes from "@/features/chat/Conversation.module.css";
import { told } from "@/lib/words";

/** An open chat in which nothing was said: who will answer, and the way to others. */
export function EmptyChat({ chatId }: { chatId: string | null }) {
  const { t } = useTranslation();
  const asked = useAsked(chatId);
  const { connection, source } = asked;
  const { answering } = useModels(asked);
  if (!connection || !source) return <div className={classes.empty} />;

  const model = (answering?.title && told(answering.title)) ?? asked.model ?? answering?.id ?? null;
  const isBuiltIn = source.built_in;
  return (
    <div className={classes.empty}>
      <Stack align="center" gap="xs" maw={480}>
        <Title order={2} size="h3" ta="center">
          {isBuiltIn
            ? t("{{model}}, runs here, no key needed", { model: model ?? source.title })
            : t("{{model}} is listening", { model: model ?? connection.name })}
        </Title>
        <Text c="dimmed" ta="center">
          {isBuiltIn
            ? t("It is small: good for a first word, and for when there is no internet. Write something below.")
            : t("Through {{connection}}. Write something below.", { connection: connection.name })}
        </Text>
        {isBuiltIn && (
          <Button
            mt="sm"
            variant="light"
            leftSection={<IconPlug size={18} aria-hidden />}
            renderRoot={(props) => <Link {...props} to="/connections/$connectionId" params={{ connectionId: "new" }} />}
          >
            {t("Connect a source")}
          </Button>
        )}
      </Stack>
    </div>
  );
}
