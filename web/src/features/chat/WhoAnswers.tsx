import { Button, Group, Menu, Text } from "@mantine/core";
import { IconCheck, IconChevronDown, IconPlug } from "@tabler/icons-react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { useAbilities, useAsked, useModels } from "@/api/asked";
import { type ChatChanges, changeChat, chatQuery } from "@/api/chats";
import { connectionsQuery, standingOf } from "@/api/connections";
import { useFavourites } from "@/api/favourites";
import { useChangePreferences } from "@/api/preferences";
import classes from "@/features/chat/ChatHeader.module.css";
import { told } from "@/lib/words";
import { Coded } from "@/ui/Coded";
import { ModelPicker } from "@/ui/ModelPicker";
import { StandingDot } from "@/ui/PageModel";
import { StatusDot } from "@/ui/Status";
import { showTrouble } from "@/ui/toasts";

/** Who answers in a chat: the connection with how it stands, and its model. */
export function WhoAnswers({ chatId }: { chatId: string | null }) {
  const { t } = useTranslation();
  const asked = useAsked(chatId);
  const { connection, source, model } = asked;
  const { models, answering, loading, error } = useModels(asked);
  const [favourites, mark] = useFavourites(source?.id ?? "");
  const choose = useChoose(chatId);
  const connections = useQuery(connectionsQuery).data ?? [];
  const abilityOf = useAbilities();
  const standing = connection && standingOf(connection);
  const isReady = source?.built_in && !standing;
  const name = connection ? nameOf(connection, source?.title) : t("No connection");

  return (
    <Group gap={0} wrap="nowrap" className={classes.who}>
      <Menu position="bottom-start" width={320}>
        <Menu.Target>
          <Button
            variant="subtle"
            color="gray"
            size="compact-md"
            h={40}
            miw={0}
            aria-label={t("Connection: {{name}}", { name })}
            title={name}
            leftSection={
              isReady ? <StatusDot mood="ready" /> : <StandingDot ability={source?.ability ?? null} standing={standing} />
            }
            rightSection={<IconChevronDown size={16} aria-hidden />}
          >
            <Text component="span" size="sm" truncate>
              {name}
            </Text>
          </Button>
        </Menu.Target>
        <Menu.Dropdown mah="60dvh" style={{ overflowY: "auto" }}>
          {connections.map((each) => {
            const stands = standingOf(each);
            return (
              <Menu.Item
                key={each.id}
                leftSection={<StandingDot ability={abilityOf(each)} standing={stands} />}
                rightSection={each.id === connection?.id && <IconCheck size={16} aria-label={t("chosen")} />}
                onClick={() => choose({ connection: each.id, model: null })}
              >
                {nameOf(each, each.source === source?.id ? source.title : undefined)}
                {stands && (
                  <Text size="xs" c="dimmed" lineClamp={2}>
                    <Coded>{told(stands.message)}</Coded>
                  </Text>
                )}
              </Menu.Item>
            );
          })}
          <Menu.Divider />
          <Menu.Item
            leftSection={<IconPlug size={18} aria-hidden />}
            renderRoot={(props) => <Link {...props} to="/connections" />}
          >
            {t("API Connections")}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      {connection && (
        <ModelPicker
          compact
          label={t("Model")}
          models={models}
          value={model ?? answering?.id ?? null}
          onChange={(id) => choose({ model: id })}
          favourites={favourites}
          onFavourite={mark}
          loading={loading}
          error={error && told(error.message)}
        />
      )}
    </Group>
  );
}

/** What is ready without being saved goes by the name of its source. */
const nameOf = (connection: { name: string; ready_made: boolean }, title: string | undefined): string =>
  (connection.ready_made && title) || connection.name;

type Chosen = Pick<ChatChanges, "connection" | "model">;

/** Return what chooses who answers: in the chat, or in new ones while none has begun. */
export function useChoose(chatId: string | null): (chosen: Chosen) => void {
  const cache = useQueryClient();
  const prefer = useChangePreferences();
  const { mutate } = useMutation({
    mutationFn: (chosen: Chosen) => changeChat(chatId ?? "", chosen),
    onMutate: (chosen) => {
      const { queryKey } = chatQuery(chatId ?? "");
      cache.setQueryData(queryKey, (known) => known && { ...known, ...chosen });
    },
    onSuccess: (chat) => cache.setQueryData(chatQuery(chat.id).queryKey, chat),
    onError: (error) => {
      showTrouble(error);
      void cache.invalidateQueries({ queryKey: chatQuery(chatId ?? "").queryKey });
    },
  });
  return (chosen) => (chatId === null ? prefer(chosen) : mutate(chosen));
}
