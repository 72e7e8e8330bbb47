/// <reference types="vitest/config" />
import { createHash } from "node:crypto";
import { readFile, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import react from "@vitejs/plugin-react";
import { type Plugin, defineConfig } from "vite";

const PAGE = "../src/tapster/page";
const COMPRESSED = /\.(js|css|html|svg|json|webmanifest)$/;

/** Puts a `.gz` and a `.br` beside each file that gets smaller by it. */
function compress(): Plugin {
  let folder = PAGE;
  return {
    name: "compress",
    apply: "build",
    configResolved({ build }) {
      folder = build.outDir;
    },
    async closeBundle() {
      for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
        if (!entry.isFile() || !COMPRESSED.test(entry.name)) continue;
        const path = join(entry.parentPath, entry.name);
        const body = await readFile(path);
        // The page itself is filled in for each answer, so it is compressed by nobody.
        if (body.length < 1024 || entry.name === "index.html") continue;
        const quality = { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } };
        await writeFile(`${path}.br`, brotliCompressSync(body, quality));
        await writeFile(`${path}.gz`, gzipSync(body, { level: 9 }));
      }
    },
  };
}

/** Tells the page which build it is, so that it notices when the server has another. */
function build(): Plugin {
  let digest = "";
  return {
    name: "build",
    apply: "build",
    async generateBundle(_, bundle) {
      const names = Object.keys(bundle).sort().join("\n");
      digest = createHash("sha256").update(names).digest("hex").slice(0, 16);
      this.emitFile({ type: "asset", fileName: "build.txt", source: digest });
    },
    transformIndexHtml: {
      order: "post",
      handler: () => {
        if (!digest) throw new Error("The page is written before its build is known.");
        return [{ tag: "meta", attrs: { name: "tapster-build", content: digest }, injectTo: "head" }];
      },
    },
  };
}

/** The server that a page under development asks; to it, the page is its own. */
function served() {
  const target = `http://127.0.0.1:${process.env.TAPSTER_PORT ?? 8277}`;
  return { target, changeOrigin: true, headers: { origin: target, "sec-fetch-site": "same-origin" } };
}

export default defineConfig({
  plugins: [react(), build(), compress()],
  resolve: { tsconfigPaths: true },
  build: {
    outDir: PAGE,
    emptyOutDir: true,
    target: "es2022",
    // An inlined file would need `data:` in the policy for scripts and fonts.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // What is needed at first is bounded by a test; what is loaded when needed may be larger.
    chunkSizeWarningLimit: 700,
  },
  server: { proxy: { "/api": served(), "/v1": served() } },
  test: {
    environment: "happy-dom",
    setupFiles: "src/lib/testing.ts",
    include: ["src/**/*.test.{ts,tsx}"],
    // Others may be at work on the machine; a test that hangs is found all the same.
    testTimeout: 30_000,
  },
});
