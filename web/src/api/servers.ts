/** Servers people run themselves: which are here, and which is at an address. */

import { type Schemas, answered, api } from "@/api/client";

export type Server = Schemas["Server"];
export type FoundServers = Schemas["Found"];

/** Have the usual ports of `host` looked at; without one, of the machine Tapster runs on. */
export const findServers = (host: string) =>
  answered(api.POST("/api/servers/find", { body: { host: host.trim() || null, ports: [] } }));

/** Whether a server wants a key before it answers. */
export const wantsKey = ({ sight }: Pick<Server, "sight">): boolean =>
  sight === "key_wanted" || sight === "key_refused";

/** Return the models in a server's memory. */
export const loadedOf = ({ models }: Pick<Server, "models">): string[] =>
  models.filter(({ loaded }) => loaded).map(({ id }) => id);
