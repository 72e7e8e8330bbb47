/** Provider keys: entered, named, replaced, removed; never read. */

import { queryOptions } from "@tanstack/react-query";
import { type Schemas, answered, api } from "@/api/client";

export type Key = Schemas["Key"];

export const keysQuery = queryOptions({
  queryKey: ["keys"],
  queryFn: () => answered(api.GET("/api/keys")),
});

/** Return what `Key.owner` says of the keys of a connection. */
export const ownerOfConnection = (id: string) => `connection:${id}`;

/** Return the connection a key belongs to, if it is the key of one. */
export const connectionOf = ({ owner }: Key): string | null => {
  const [kind, id] = owner.split(":");
  return kind === "connection" && id ? id : null;
};

/** Return what `Key.owner` says of the password of a proxy preset. */
export const ownerOfProxy = (id: string) => `proxy:${id}`;

/** Return what `Key.owner` says of the key a server lets its models be changed by. */
export const ownerOfAdmin = (id: string) => `admin:${id}`;

/** Keep that key, in the place of the one there was. */
export const setAdminKey = (connection: string, key: string) =>
  answered(api.POST("/api/keys", { body: { connection, key, label: "", admin: true } }));

export const addKey = (connection: string, key: string, label: string) =>
  answered(api.POST("/api/keys", { body: { connection, key, label, admin: false } }));

export const rotateKey = (id: string, key: string) =>
  answered(api.PUT("/api/keys/{key_id}", { params: { path: { key_id: id } }, body: { key } }));

export const removeKey = (id: string) =>
  answered(api.DELETE("/api/keys/{key_id}", { params: { path: { key_id: id } } }));

/** Give a key another name, or have it used before the others. */
export const changeKey = (id: string, body: Schemas["KeyChanges"]) =>
  answered(api.PATCH("/api/keys/{key_id}", { params: { path: { key_id: id } }, body }));
