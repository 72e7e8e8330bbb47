import { Skeleton, Stack, Text } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { chatQuery } from "@/api/chats";
import { switchTo } from "@/api/messages";
import { sentenceOf } from "@/api/problems";
import { treeQuery } from "@/api/trees";
import { TreeView } from "@/features/chats/tree/TreeView";
import { showTrouble } from "@/ui/toasts";
import { Trouble } from "@/ui/Trouble";

type ChatTreeProps = {
  chatId: string;
  /** Is told when another path is shown, and where it begins to differ. */
  onShown: (messageId: string) => void;
};

/** The tree of a chat; a click shows the path through what was clicked. */
export function ChatTree({ chatId, onShown }: ChatTreeProps) {
  const { t } = useTranslation();
  const cache = useQueryClient();
  const tree = useQuery(treeQuery(chatId));
  const open = useMutation({
    mutationFn: ({ last }: { first: string; last: string }) => switchTo(last),
    onSuccess: (chat, { first }) => {
      cache.setQueryData(chatQuery(chat.id).queryKey, chat);
      void cache.invalidateQueries({ queryKey: ["chat", chat.id] });
      onShown(first);
    },
    onError: showTrouble,
  });
  if (tree.error && !tree.data) {
    return <Trouble message={sentenceOf(tree.error)} onRetry={() => void tree.refetch()} />;
  }
  if (!tree.data) {
    return (
      <Stack gap="sm" role="status" aria-label={t("Loading")}>
        {[0, 1, 2].map((each) => (
          <Skeleton key={each} h={48} />
        ))}
      </Stack>
    );
  }
  if (!tree.data.segments.length) return <Text>{t("Nothing was said here yet.")}</Text>;
  return (
    <Stack gap="md">
      <TreeView outline={tree.data} onOpen={({ first, last }) => open.mutate({ first, last })} />
      {tree.data.more && (
        <Text size="sm" c="dimmed">
          {t("There are more branches than are drawn here: the shown path and the nearest ones are.")}
        </Text>
      )}
    </Stack>
  );
}
