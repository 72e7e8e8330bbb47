/** The first connection that works is the one new chats use: nobody is asked, but all are told. */

import { useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { type Connection, checkQuery, connectionsQuery } from "@/api/connections";
import { preferencesQuery, useChangePreferences } from "@/api/preferences";
import { showUndo } from "@/ui/toasts";

/** Whether new chats should use `connection`: nobody chose one, and there is no other of their own. */
export function isFirst(
  connection: Pick<Connection, "id">,
  all: readonly Pick<Connection, "id" | "ready_made">[],
  used: string | null,
): boolean {
  const chosen = all.some(({ id }) => id === used);
  return !chosen && all.every(({ id, ready_made }) => ready_made || id === connection.id);
}

/** Return a function that has new chats use a connection, and says so where they used another. */
export function useUseForNewChats(): (connection: Pick<Connection, "id" | "name">) => void {
  const { t } = useTranslation();
  const cache = useQueryClient();
  const change = useChangePreferences();
  return ({ id, name }) => {
    const { connection: used = null, model = null } = cache.getQueryData(preferencesQuery.queryKey) ?? {};
    if (used === id) return;
    change({ connection: id, model: null });
    showUndo(t("New chats use {{name}} now.", { name }), () => change({ connection: used, model }));
  };
}

/** Return a function that has new chats use a connection if it is the first and its check went well. */
export function useFirstConnection(): (connection: Connection) => void {
  const cache = useQueryClient();
  const use = useUseForNewChats();
  return (connection) => {
    const check = cache.getQueryData(checkQuery(connection.id).queryKey);
    const all = cache.getQueryData(connectionsQuery.queryKey) ?? [];
    const used = cache.getQueryData(preferencesQuery.queryKey)?.connection ?? null;
    if (check?.state === "ready" && isFirst(connection, all, used)) use(connection);
  };
}
