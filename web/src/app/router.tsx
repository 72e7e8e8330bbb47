/** The addresses of the page. What is not a chat is loaded when it is first opened. */

import type { QueryClient } from "@tanstack/react-query";
import {
  createRootRouteWithContext,
  createRoute,
  createRouter,
  lazyRouteComponent,
  redirect,
} from "@tanstack/react-router";
import { preferencesQuery } from "@/api/preferences";
import { meQuery } from "@/api/session";
import { Lost, Missing } from "@/app/Lost";
import { Shell } from "@/app/Shell";
import { ChatPage } from "@/app/pages/ChatPage";
import { belongTo, whose } from "@/lib/whose";
import { browserLanguage, speak } from "@/lib/words";
import { fetchRenderer } from "@/ui/markdown/Markdown";

type Context = { cache: QueryClient };

const root = createRootRouteWithContext<Context>()();

const signIn = createRoute({
  getParentRoute: () => root,
  path: "/sign-in",
  validateSearch: (search: Record<string, unknown>): { to?: string } => ({
    // Only a place of this page: what else stands there leads elsewhere.
    to: typeof search.to === "string" && /^\/(?![/\\])/.test(search.to) ? search.to : undefined,
  }),
  component: lazyRouteComponent(() => import("@/app/pages/SignInPage"), "SignInPage"),
});

const inside = createRoute({
  getParentRoute: () => root,
  id: "inside",
  beforeLoad: async ({ context, location }) => {
    const me = await context.cache.ensureQueryData(meQuery);
    if (me === null) throw redirect({ to: "/sign-in", search: { to: location.href } });
    if (!whose()) belongTo(me.id);
    // What the person likes is known before anything is drawn; without an answer, it is as usual.
    const liked = await context.cache.ensureQueryData(preferencesQuery).catch(() => null);
    await speak(liked?.language || browserLanguage()).catch(() => undefined);
    return { me };
  },
  component: Shell,
  errorComponent: Lost,
});

const front = createRoute({
  getParentRoute: () => inside,
  path: "/",
  component: ChatPage,
});

const chat = createRoute({
  getParentRoute: () => inside,
  path: "/chats/$chatId",
  validateSearch: (search: Record<string, unknown>): { message?: string } => ({
    message: typeof search.message === "string" ? search.message : undefined,
  }),
  loader: () => void fetchRenderer(),
  component: ChatPage,
});

const page = <Path extends string>(path: Path, load: () => Promise<Record<string, unknown>>, name: string) =>
  createRoute({
    getParentRoute: () => inside,
    path,
    component: lazyRouteComponent(load as () => Promise<Record<string, () => React.JSX.Element>>, name),
  });

const chats = page("/chats", () => import("@/app/pages/ChatsPage"), "ChatsPage");
const tree = page("/chats/$chatId/tree", () => import("@/app/pages/TreePage"), "TreePage");
const connections = page(
  "/connections",
  () => import("@/app/pages/ConnectionsPage"),
  "ConnectionsPage",
);
// The very component of the list: a new connection keeps its form when it gets an address of its own.
const connection = createRoute({
  getParentRoute: () => inside,
  path: "/connections/$connectionId",
  component: connections.options.component,
});
const settings = page("/settings", () => import("@/app/pages/SettingsPage"), "SettingsPage");
const setting = page("/settings/$tab", () => import("@/app/pages/SettingsPage"), "SettingsPage");

const search = createRoute({
  getParentRoute: () => inside,
  path: "/search",
  validateSearch: (said: Record<string, unknown>): { q?: string; chat?: string } => ({
    q: typeof said.q === "string" ? said.q : undefined,
    chat: typeof said.chat === "string" ? said.chat : undefined,
  }),
  component: lazyRouteComponent(() => import("@/app/pages/SearchPage"), "SearchPage"),
});

// Whatever else is asked for: the way to everything stays beside it.
const missing = createRoute({ getParentRoute: () => inside, path: "$", component: Missing });

const everything = root.addChildren([
  signIn,
  inside.addChildren([
    front,
    chats,
    chat,
    tree,
    connections,
    connection,
    search,
    settings,
    setting,
    missing,
  ]),
]);

export const makeRouter = (cache: QueryClient) =>
  createRouter({
    routeTree: everything,
    context: { cache },
    defaultPreload: "intent",
    defaultErrorComponent: Lost,
    scrollRestoration: false,
  });

declare module "@tanstack/react-router" {
  interface Register {
    router: ReturnType<typeof makeRouter>;
  }
}
