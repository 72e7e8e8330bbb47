/** Chats: listed, begun, set up, deleted and brought back, step by step back and forth. */

import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { type Schemas, answered, api } from "@/api/client";

export type Chat = Schemas["Chat"];
export type ChatGiven = Schemas["ChatGiven"];
export type ChatChanges = Schemas["ChatChanges"];
export type Stepped = Schemas["Stepped"];
export type Preview = Schemas["Preview"];
export type Settings = Schemas["Settings"];

const at = (id: string) => ({ params: { path: { chat_id: id } } });

/** Chats, pinned ones first, then those that changed last; only those with `q` in their title. */
export const chatsQuery = ({ deleted = false, q = "" } = {}) =>
  infiniteQueryOptions({
    queryKey: ["chats", { deleted, q }],
    queryFn: ({ pageParam }) => {
      const query = { limit: 50, after: pageParam, deleted, ...(q && { q }) };
      return answered(api.GET("/api/chats", { params: { query } }));
    },
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next,
  });

/** One chat, without its messages. */
export const chatQuery = (id: string) =>
  queryOptions({
    queryKey: ["chat", id],
    queryFn: () => answered(api.GET("/api/chats/{chat_id}", at(id))),
  });

export const beginChat = (body: ChatGiven = {}) => answered(api.POST("/api/chats", { body }));

export const changeChat = (id: string, body: ChatChanges) =>
  answered(api.PATCH("/api/chats/{chat_id}", { ...at(id), body }));

export const deleteChat = (id: string) => answered(api.DELETE("/api/chats/{chat_id}", at(id)));

export const restoreChat = (id: string) =>
  answered(api.POST("/api/chats/{chat_id}/restore", at(id)));

export const undo = (id: string) => answered(api.POST("/api/chats/{chat_id}/undo", at(id)));

export const redo = (id: string) => answered(api.POST("/api/chats/{chat_id}/redo", at(id)));

/** A chat in a list, with what is in it where the server says so. */
export type ChatListed = Chat & { messages?: number; preview?: string };

/** Remove a deleted chat, which cannot be undone. */
export const removeChat = (id: string) =>
  answered(
    api.DELETE("/api/chats/{chat_id}", {
      params: { path: { chat_id: id }, query: { for_good: true } },
    }),
  );

type ExportForm = "json" | "markdown" | "text" | "jsonl";

/** Return where a chat can be downloaded from. */
export const exportAddress = (id: string, form: ExportForm): string =>
  `/api/chats/${encodeURIComponent(id)}/export?form=${form}`;

/** Bring chats in from a file of ours or of another program; they get ids of their own. */
export const importChats = (file: File) =>
  answered(
    api.POST("/api/chats/import", {
      params: { query: { name: file.name } },
      // The document does not describe a body that is the bytes of a file, whatever they are.
      body: file as never,
      bodySerializer: (bytes: unknown) => bytes,
      headers: { "content-type": "application/octet-stream" },
    }),
  );

/** Copy a chat with all its branches. */
export const duplicateChat = (id: string) =>
  answered(api.POST("/api/chats/{chat_id}/duplicate", { ...at(id), body: {} }));
