/** Who one is, and signing in and out. */

import { queryOptions, useQuery } from "@tanstack/react-query";
import { type Schemas, answered, api } from "@/api/client";
import { isSignedOut } from "@/api/problems";

export type Me = Schemas["Me"];

/** Who is signed in; `null` where one has to sign in first. */
export const meQuery = queryOptions({
  queryKey: ["session"],
  queryFn: enter,
  staleTime: Number.POSITIVE_INFINITY,
});

/** Whether one may set up what is everyone's: connections, keys, people. */
export const useIsAdmin = (): boolean => useQuery(meQuery).data?.role === "admin";

/** Return who is signed in. Where Tapster belongs to one person alone, opening it is enough. */
export async function enter(): Promise<Me | null> {
  try {
    return await answered(api.GET("/api/session"));
  } catch (error) {
    if (!isSignedOut(error)) throw error;
  }
  try {
    return await answered(api.POST("/api/session", { body: null }));
  } catch (error) {
    if (isSignedOut(error)) return null;
    throw error;
  }
}

export const signIn = (name: string, password: string) =>
  answered(api.POST("/api/session", { body: { name, password } }));

export const signOut = () => answered(api.DELETE("/api/session"));
