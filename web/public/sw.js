/* Keeps the shell of the page at hand, and says so when Tapster does not answer.
 *
 * Kept are files whose names hold a hash of what is in them, and the notice. What anybody wrote or
 * read, and whatever else is asked under /api, never passes through here. Each build registers this
 * file under an address of its own, so a new one begins with an empty cache. It waits until no page
 * of the build before is open, which may still need what was kept for it, and then drops that.
 */

const BUILD = new URL(self.location.href).searchParams.get("build") ?? "";
const CACHE = `tapster-${BUILD}`;
const NOTICE = "/offline.html";
const KEPT = [NOTICE, "/offline.css", "/icons/tapster.svg"];
const AWAY = new Set([502, 503, 504]);

self.addEventListener("install", (event) => {
  event.waitUntil(
    caches
      .open(CACHE)
      .then((cache) => cache.addAll(KEPT.map((path) => new Request(path, { cache: "reload" })))),
  );
});

self.addEventListener("activate", (event) => {
  event.waitUntil(
    caches
      .keys()
      .then((names) =>
        Promise.all(
          names
            .filter((name) => name.startsWith("tapster-") && name !== CACHE)
            .map((name) => caches.delete(name)),
        ),
      )
      .then(() => self.clients.claim()),
  );
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== "GET" || origin !== self.location.origin) return;
  if (request.mode === "navigate") {
    if (!/^\/(api|v1|health|metrics|assets|icons)(\/|$)/.test(pathname)) {
      event.respondWith(opened(request));
    }
  } else if (pathname.startsWith("/assets/")) {
    event.respondWith(asset(event));
  } else if (KEPT.includes(pathname)) {
    event.respondWith(kept(request, pathname));
  }
});

/** The page itself always comes from the server; while it is away, the notice does. */
async function opened(request) {
  try {
    const answer = await fetch(request);
    return AWAY.has(answer.status) ? ((await notice()) ?? answer) : answer;
  } catch (error) {
    const said = await notice();
    if (said) return said;
    throw error;
  }
}

const notice = async () => (await caches.open(CACHE)).match(NOTICE);

/** What has a hash in its name is what it was. */
async function asset(event) {
  const { request } = event;
  const cache = await caches.open(CACHE);
  const known = await cache.match(request, { ignoreVary: true });
  if (known) return known;
  const answer = await fetch(request);
  if (answer.status === 200) {
    // Without room for it, it is fetched again next time.
    event.waitUntil(cache.put(request, answer.clone()).catch(() => undefined));
  }
  return answer;
}

/** What belongs to the notice is new while the server answers, and as it was else. */
async function kept(request, pathname) {
  try {
    return await fetch(request);
  } catch (error) {
    const known = await (await caches.open(CACHE)).match(pathname);
    if (known) return known;
    throw error;
  }
}
