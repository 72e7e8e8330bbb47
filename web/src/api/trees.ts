/** The tree of a chat: its branches in segments. */

import { queryOptions } from "@tanstack/react-query";
import { type Schemas, answered, api } from "@/api/client";

/** Messages that follow one another without a fork: `count` of them, `first` to `last`. */
export type Segment = Schemas["Segment"];
export type Outline = Schemas["Outline"];

export const treeQuery = (chatId: string) =>
  queryOptions({
    queryKey: ["chat", chatId, "tree"],
    queryFn: () =>
      answered(api.GET("/api/chats/{chat_id}/tree", { params: { path: { chat_id: chatId } } })),
  });
