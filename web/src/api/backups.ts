/** Backups: listed, made, checked, brought back, removed. */

import { queryOptions } from "@tanstack/react-query";
import { type Schemas, answered, api } from "@/api/client";

export type Backup = Schemas["Backup"];
export type Restored = Schemas["Restored"];

const at = (name: string) => ({ params: { path: { name } } });

export const backupsQuery = queryOptions({
  queryKey: ["backups"],
  queryFn: async () => (await answered(api.GET("/api/backups"))).backups,
});

export const makeBackup = (note: string) =>
  answered(api.POST("/api/backups", { body: { note } }));

/** Read all of a backup and check it. */
export const verifyBackup = (name: string) =>
  answered(api.POST("/api/backups/{name}/verify", at(name)));

/** Put a backup in the place of what is there, or bring what is missing back as copies. */
export const restoreBackup = (name: string, how: "replace" | "copies") =>
  answered(api.POST("/api/backups/{name}/restore", { ...at(name), body: { how } }));

export const removeBackup = (name: string) =>
  answered(api.DELETE("/api/backups/{name}", at(name)));
