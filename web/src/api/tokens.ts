/** Access tokens: what a program shows to be let in. */

import { queryOptions } from "@tanstack/react-query";
import { type Schemas, answered, api } from "@/api/client";

export type Token = Schemas["TokenShown"];
export type TokenMade = Schemas["TokenMade"];
export type NewToken = Schemas["NewToken"];
export type Scope = NonNullable<NewToken["scopes"]>[number];

export const tokensQuery = queryOptions({
  queryKey: ["tokens"],
  queryFn: () => answered(api.GET("/api/tokens")),
});

/** Make a token. What it is stands in the answer, and never again. */
export const makeToken = (body: NewToken) => answered(api.POST("/api/tokens", { body }));

export const revokeToken = (id: string) =>
  answered(api.DELETE("/api/tokens/{token_id}", { params: { path: { token_id: id } } }));
