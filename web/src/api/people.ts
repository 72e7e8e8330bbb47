/** Everyone who has an account, and where oneself is signed in. */

import { queryOptions } from "@tanstack/react-query";
import { type Schemas, answered, api } from "@/api/client";

export type Person = Schemas["PersonShown"];
export type Role = Person["role"];
export type NewPerson = Schemas["NewPerson"];
export type PersonChanges = Schemas["PersonChanges"];
export type Session = Schemas["SessionShown"];

const at = (id: string) => ({ params: { path: { person_id: id } } });

export const peopleQuery = queryOptions({
  queryKey: ["people"],
  queryFn: () => answered(api.GET("/api/people")),
});

export const addPerson = (body: NewPerson) => answered(api.POST("/api/people", { body }));

export const changePerson = (id: string, body: PersonChanges) =>
  answered(api.PATCH("/api/people/{person_id}", { ...at(id), body }));

export const givePassword = (id: string, password: string) =>
  answered(api.PUT("/api/people/{person_id}/password", { ...at(id), body: { password } }));

/** Remove somebody for good. One who has chats stays, unless they go along. */
export const removePerson = (id: string, withChats: boolean) =>
  answered(
    api.DELETE("/api/people/{person_id}", {
      params: { path: { person_id: id }, query: { with_chats: withChats } },
    }),
  );

/** Where one is signed in. */
export const sessionsQuery = queryOptions({
  queryKey: ["sessions"],
  queryFn: () => answered(api.GET("/api/sessions")),
});

export const endSession = (id: string) =>
  answered(
    api.DELETE("/api/sessions/{session_id}", { params: { path: { session_id: id } } }),
  );

/** Give oneself another password. One's other sessions end. */
export const changePassword = (current: string, password: string) =>
  answered(api.PUT("/api/session/password", { body: { current, password } }));
