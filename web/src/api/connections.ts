/** Connections: listed, saved, checked, tried, and their models. */

import { queryOptions } from "@tanstack/react-query";
import { type Schemas, answered, api } from "@/api/client";
import { PAGE } from "@/api/errands";
import { ProblemError } from "@/api/problems";

export type Connection = Schemas["ConnectionShown"];
export type ConnectionSettings = Schemas["ConnectionSettings"];
export type NewConnection = Schemas["NewConnection"];
export type ConnectionChanges = Schemas["ConnectionChanges"];
export type Check = Schemas["Check"];
export type Trial = Schemas["Trial"];
export type Model = Schemas["Model"];

const at = (id: string) => ({ params: { path: { connection_id: id } } });

export const connectionsQuery = queryOptions({
  queryKey: ["connections"],
  queryFn: () => answered(api.GET("/api/connections")),
});

/** The models to choose from. The server keeps its list and refreshes it behind. */
export const modelsQuery = (id: string) =>
  queryOptions({
    queryKey: ["connections", id, "models"],
    queryFn: () => listModels(id),
    staleTime: 60_000,
  });

/** Return the models of a connection; with `refresh` the endpoint is asked anew. */
export const listModels = (id: string, refresh = false) =>
  answered(
    api.GET("/api/connections/{connection_id}/models", {
      params: { path: { connection_id: id }, query: { refresh } },
    }),
  );

export const addConnection = (body: NewConnection) =>
  answered(api.POST("/api/connections", { body }));

export const changeConnection = (id: string, body: ConnectionChanges) =>
  answered(api.PATCH("/api/connections/{connection_id}", { ...at(id), body }));

export const removeConnection = (id: string) =>
  answered(api.DELETE("/api/connections/{connection_id}", at(id)));

/** Ask the endpoint how it stands. A better address that works is stored. */
export const checkConnection = (id: string) =>
  answered(api.POST("/api/connections/{connection_id}/check", at(id)));

/** Send one short message, as *Test message* does. */
export const tryConnection = (id: string, model: string | null = null) =>
  answered(api.POST("/api/connections/{connection_id}/test", { ...at(id), body: { model, page: PAGE } }));

/** A response setting as one model takes it: the field it goes out in, and why it may be refused. */
export type SettingOffered = Schemas["SettingOffered"];

/** The response settings a model takes over a connection; `null`: the server does not say. */
export const offeredQuery = (id: string, model: string | null) =>
  queryOptions({
    queryKey: ["connections", id, "settings", model],
    queryFn: () =>
      answered(
        api.GET("/api/connections/{connection_id}/settings", {
          params: { path: { connection_id: id }, query: { model: model || null } },
        }),
      ).catch((error: unknown) => {
        if (error instanceof ProblemError && error.status === 404) return null;
        throw error;
      }),
    staleTime: 60_000,
  });

/** How a connection was last found to stand; `at` in seconds since the epoch. */
export type Standing = Schemas["Standing"];

/** Return how `connection` was last found to stand. */
export const standingOf = (connection: Connection): Standing | null => connection.status ?? null;

/** The last check of this sitting. It runs only when asked for, and can be cancelled. */
export const checkQuery = (id: string) =>
  queryOptions({
    queryKey: ["connections", id, "check"],
    queryFn: ({ signal }) =>
      answered(api.POST("/api/connections/{connection_id}/check", { ...at(id), signal })),
    staleTime: 0,
    gcTime: Number.POSITIVE_INFINITY,
    retry: false,
  });

/** What connections and proxy presets are carried in to another home: never with keys. */
export type Exported = Schemas["ConnectionFile"];

/** Make another connection like this one, with its keys. */
export const duplicateConnection = (id: string) =>
  answered(api.POST("/api/connections/{connection_id}/duplicate", { ...at(id), body: {} }));

export const exportConnections = () => answered(api.GET("/api/connections/export"));

export const importConnections = (exported: Exported) =>
  answered(api.POST("/api/connections/import", { body: exported }));

/** Begin to ask for a key in the browser; the provider asks the person at `page`. */
export const beginGrant = (id: string) =>
  answered(api.POST("/api/connections/{connection_id}/grant", at(id)));

/** How a grant stands; asked again while it waits. */
export const grantQuery = (id: string) =>
  queryOptions({
    queryKey: ["grants", id],
    queryFn: () =>
      answered(api.GET("/api/grants/{grant_id}", { params: { path: { grant_id: id } } })),
    refetchInterval: ({ state }) => (state.data && state.data.state !== "waiting" ? false : 2000),
  });
