/** Whom a chat asks: the connection and model of its next answer. */

import { useQuery } from "@tanstack/react-query";
import { type Chat, chatQuery } from "@/api/chats";
import { type Connection, type Model, connectionsQuery, modelsQuery } from "@/api/connections";
import { type Preferences, usePreferences } from "@/api/preferences";
import { type Source, sourcesQuery } from "@/api/sources";

export type Asked = {
  connection: Connection | null;
  /** The model's id, where one is chosen. */
  model: string | null;
  source: Source | null;
};

/** Return the connection that answers where none is named, as the server picks it. */
export function usualOf(connections: readonly Connection[]): Connection | null {
  const at = (each: Connection) => each.settings?.updated_at ?? 0;
  const saved = connections.filter((each) => !each.ready_made).sort((a, b) => at(b) - at(a));
  const offered = connections.find((each) => each.settings?.environment);
  return saved[0] ?? offered ?? connections.at(-1) ?? null;
}

/** Return whom a chat asks: its own choice, else the person's, else the usual one. */
export function askedIn(
  chat: Pick<Chat, "connection" | "model"> | null,
  preferences: Pick<Preferences, "connection" | "model">,
  connections: readonly Connection[],
): { connection: Connection | null; model: string | null } {
  const named = (id: string | null | undefined) =>
    connections.find((each) => id && (each.id === id || each.slug === id || each.name === id));
  const own = chat ? named(chat.connection) : named(preferences.connection);
  const connection = own ?? usualOf(connections);
  const model = chat ? chat.model : own && preferences.model;
  return { connection, model: model || connection?.model || null };
}

/** Return whom the chat asks; without a chat, whom new ones ask. */
export function useAsked(chatId: string | null): Asked {
  const preferences = usePreferences();
  const chat = useQuery({ ...chatQuery(chatId ?? ""), enabled: chatId !== null }).data ?? null;
  const connections = useQuery(connectionsQuery).data ?? [];
  const sources = useQuery(sourcesQuery).data ?? [];
  const { connection, model } = askedIn(chat, preferences, connections);
  const source = sources.find((each) => each.id === connection?.source) ?? null;
  return { connection, model, source };
}

/** Return what tells what a page must have to ask a connection; `null`: nothing. */
export function useAbilities(): (connection: Connection) => Source["ability"] {
  const sources = useQuery(sourcesQuery).data ?? [];
  return ({ source }) => sources.find(({ id }) => id === source)?.ability ?? null;
}

/** Return the models of a connection, and the one that answers: the chosen, else the first. */
export function useModels({ connection, model }: Asked): {
  models: readonly Model[];
  answering: Model | null;
  loading: boolean;
  error: Error | null;
} {
  const asked = useQuery({ ...modelsQuery(connection?.id ?? ""), enabled: connection !== null });
  const models = asked.data ?? [];
  const chosen = model ? models.find((each) => each.id === model) : models[0];
  return { models, answering: chosen ?? null, loading: asked.isPending, error: asked.error };
}
