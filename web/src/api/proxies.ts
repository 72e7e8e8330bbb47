/** Proxy presets: an address with its password that stands in for a source's endpoint. */

import { queryOptions } from "@tanstack/react-query";
import { type Schemas, answered, api } from "@/api/client";

export type Proxy = Schemas["Proxy"];
export type NewProxy = Schemas["NewProxy"];
export type ProxyChanges = Schemas["ProxyChanges"];

const at = (id: string) => ({ params: { path: { proxy_id: id } } });

export const proxiesQuery = queryOptions({
  queryKey: ["proxies"],
  queryFn: () => answered(api.GET("/api/proxies")),
});

export const addProxy = (body: NewProxy) => answered(api.POST("/api/proxies", { body }));

/** Change a preset. A password entered for another origin is detached. */
export const changeProxy = (id: string, body: ProxyChanges) =>
  answered(api.PATCH("/api/proxies/{proxy_id}", { ...at(id), body }));

export const removeProxy = (id: string) =>
  answered(api.DELETE("/api/proxies/{proxy_id}", at(id)));
