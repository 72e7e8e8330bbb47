/** Messages: read by the window, said, answered anew, changed, and how each came to be. */

import { queryOptions } from "@tanstack/react-query";
import { type Schemas, answered, api } from "@/api/client";
import { PAGE } from "@/api/errands";

export type Part = Schemas["MessageShown"]["parts"][number];
export type Failure = Schemas["Failed"];

/** A try that failed before the answer came. */
export type Attempt = Schemas["FailedTry"];
export type Usage = Schemas["Usage"];
export type Reply = Schemas["Reply"];
export type Message = Schemas["MessageShown"];

const ATTACHMENT = "attachment:";

/** Return where the page gets what a part's `url` names: an attachment's bytes, or the url. */
export function contentAddress(url: string): string {
  return url.startsWith(ATTACHMENT)
    ? `/api/attachments/${encodeURIComponent(url.slice(ATTACHMENT.length))}/content`
    : url;
}

export type Stretch = Omit<Schemas["Messages"], "messages"> & { messages: Message[] };
export type Say = Schemas["Say"];
export type Said = Omit<Schemas["Said"], "message"> & { message: Message };
export type Edition = Schemas["Edition"];
export type Checkpoint = Schemas["Checkpoint"];
export type Wished = Schemas["Wished"];

export type Place = {
  before?: string;
  after?: string;
  around?: string;
  /** The end of the path to read along. */
  leaf?: string | null;
  limit?: number;
};

const at = (id: string) => ({ params: { path: { message_id: id } } });
const inChat = (id: string) => ({ params: { path: { chat_id: id } } });

/** Read a stretch of a chat: the end of the shown path, or what stands around a message. */
export const readStretch = (chatId: string, place: Place = {}) =>
  answered(
    api.GET("/api/chats/{chat_id}/messages", {
      params: { path: { chat_id: chatId }, query: place },
    }),
  );

export const showMessage = (id: string) => answered(api.GET("/api/messages/{message_id}", at(id)));

/** What is wished for, and that this page asks: a model that lives in a browser is asked here. */
const asked = <B extends object>(body: B) => ({ page: PAGE, ...body });

/** Say something; with the same `key` as before it is said once, however often it is sent. */
export const say = (chatId: string, key: string, body: Say) =>
  answered(
    api.POST("/api/chats/{chat_id}/messages", {
      params: { path: { chat_id: chatId }, header: { "Idempotency-Key": key } },
      body: asked(body),
    }),
  );

export const swipe = (id: string, body: Wished = {}) =>
  answered(api.POST("/api/messages/{message_id}/swipe", { ...at(id), body: asked(body) }));

export const regenerate = (id: string, body: Wished = {}) =>
  answered(api.POST("/api/messages/{message_id}/regenerate", { ...at(id), body: asked(body) }));

export const continueAnswer = (id: string, body: Wished = {}) =>
  answered(api.POST("/api/messages/{message_id}/continue", { ...at(id), body: asked(body) }));

/** Have the person's next message written. */
export const impersonate = (chatId: string) =>
  answered(api.POST("/api/chats/{chat_id}/impersonate", { ...inChat(chatId), body: asked({ instruction: "" }) }));

export const editMessage = (id: string, text: string, version: number) =>
  answered(api.PATCH("/api/messages/{message_id}", { ...at(id), body: { text, version } }));

/** Keep a message out of prompts, or take it in again. */
export const hideMessage = (id: string, hidden: boolean, version: number) =>
  answered(api.PATCH("/api/messages/{message_id}", { ...at(id), body: { hidden, version } }));

export const deleteMessage = (id: string, below: boolean, version: number) =>
  answered(
    api.DELETE("/api/messages/{message_id}", {
      params: { path: { message_id: id }, query: { below, version } },
    }),
  );

export const restoreMessage = (id: string) =>
  answered(api.POST("/api/messages/{message_id}/restore", at(id)));

export const moveMessage = (id: string, to: "up" | "down", version: number) =>
  answered(api.POST("/api/messages/{message_id}/move", { ...at(id), body: { to, version } }));

/** A message among its alternatives. */
export const swipesOf = (id: string) =>
  answered(api.GET("/api/messages/{message_id}/swipes", at(id)));

/** Show the branch of a message, to where it was left last. */
export const selectMessage = (id: string) =>
  answered(api.POST("/api/messages/{message_id}/select", at(id)));

/** Show the path that ends at a message. */
export const switchTo = (id: string) =>
  answered(api.POST("/api/messages/{message_id}/switch", at(id)));

export const branchAt = (id: string, name: string) =>
  answered(api.POST("/api/messages/{message_id}/branch", { ...at(id), body: { name } }));

export const checkpointAt = (id: string, name: string) =>
  answered(api.POST("/api/messages/{message_id}/checkpoint", { ...at(id), body: { name } }));

/** Copy the path that ends at a message into a chat of its own. */
export const duplicateFrom = (id: string) =>
  answered(api.POST("/api/messages/{message_id}/duplicate", { ...at(id), body: {} }));

/** The earlier versions of a message, oldest first. */
export const editionsQuery = (id: string) =>
  queryOptions({
    queryKey: ["editions", id],
    queryFn: () => answered(api.GET("/api/messages/{message_id}/editions", at(id))),
    staleTime: 0,
  });

/** Let a message say again what it said earlier. */
export const returnTo = (id: string, editionId: string, version: number) =>
  answered(
    api.POST("/api/messages/{message_id}/editions/{edition_id}/return", {
      params: { path: { message_id: id, edition_id: editionId }, query: { version } },
    }),
  );
