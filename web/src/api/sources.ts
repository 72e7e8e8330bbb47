/** Kinds of providers, and the forms the server describes for them. */

import { queryOptions } from "@tanstack/react-query";
import { type Schemas, answered, api } from "@/api/client";

export type Source = Schemas["SourceShown"];
export type SourceInFull = Schemas["SourceInFull"];
export type Option = Source["options"][number];
export type Setting = Source["settings"][number];

/** Every kind of provider. They change only with the server. */
export const sourcesQuery = queryOptions({
  queryKey: ["sources"],
  queryFn: () => answered(api.GET("/api/sources")),
  staleTime: Number.POSITIVE_INFINITY,
});

/** One kind of provider with the models we know of it. */
export const sourceQuery = (id: string) =>
  queryOptions({
    queryKey: ["sources", id],
    queryFn: () =>
      answered(api.GET("/api/sources/{source_id}", { params: { path: { source_id: id } } })),
    staleTime: Number.POSITIVE_INFINITY,
  });
