import { MantineProvider, localStorageColorSchemeManager } from "@mantine/core";
import { Notifications } from "@mantine/notifications";
import { MutationCache, QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { ProblemError, whenSignedOut } from "@/api/problems";
import { meQuery } from "@/api/session";
import { makeRouter } from "@/app/router";
import { theme, variables } from "@/app/theme";
import { startWords } from "@/lib/words";
import { showTrouble } from "@/ui/toasts";

startWords();

const cache: QueryClient = new QueryClient({
  mutationCache: new MutationCache({
    onError: (error, _variables, _context, { meta }) => {
      if (meta?.tells) showTrouble(error);
    },
  }),
  defaultOptions: {
    queries: {
      staleTime: 15_000,
      // What the server refused stays refused; silence may end.
      retry: (count, error) => !(error instanceof ProblemError) && count < 2,
      networkMode: "always",
    },
    mutations: { networkMode: "always" },
  },
});
// A session that ended elsewhere: ask again who one is, which leads to the sign-in page.
whenSignedOut(
  () => void cache.invalidateQueries({ queryKey: meQuery.queryKey }, { cancelRefetch: false }),
);
const router = makeRouter(cache);
const nonce = document.querySelector<HTMLMetaElement>('meta[name="csp-nonce"]')?.content ?? "";
// What locks the scrolling behind a dialog brings a style of its own, and looks for the nonce here.
Object.assign(globalThis, { __webpack_nonce__: nonce });
const scheme = localStorageColorSchemeManager({ key: "tapster-theme" });

/** The whole page. */
export function App() {
  return (
    <MantineProvider
      theme={theme}
      cssVariablesResolver={variables}
      defaultColorScheme="auto"
      colorSchemeManager={scheme}
      getStyleNonce={() => nonce}
    >
      <Notifications position="bottom-center" limit={4} />
      <QueryClientProvider client={cache}>
        <RouterProvider router={router} />
      </QueryClientProvider>
    </MantineProvider>
  );
}
