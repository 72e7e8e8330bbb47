/** The notice for when Tapster does not answer, and the shell of the page kept at hand. */

/** Have the service worker of this build registered, once the page has come. */
export function keepShell(): void {
  // Under development nothing has a hash in its name; without TLS only this machine may have one.
  if (!import.meta.env.PROD || !("serviceWorker" in navigator)) return;
  const register = () => {
    // The entry's name holds a hash of the whole build.
    const entry = document.querySelector<HTMLScriptElement>('script[type="module"][src]');
    const build = entry?.src.split("/").pop() ?? "";
    navigator.serviceWorker
      .register(`/sw.js?build=${encodeURIComponent(build)}`, { updateViaCache: "none" })
      .catch((error: unknown) => console.warn("The page works without its service worker.", error));
  };
  if (document.readyState === "complete") register();
  else window.addEventListener("load", register, { once: true });
}
