/** What would be sent: the exact request, and how it was put together. */

import { type Schemas, answered, api } from "@/api/client";

export type Preview = Schemas["Preview"];
export type Report = Schemas["Report"];
export type Part = Report["items"][number];
export type Cut = NonNullable<Report["cuts"]>[number];

/** Return the request that the next answer of a chat would be asked for with. Nothing is sent. */
export const previewChat = (chatId: string) =>
  answered(
    api.POST("/api/chats/{chat_id}/preview", {
      params: { path: { chat_id: chatId } },
      body: null,
    }),
  );
