import { readFile } from "node:fs/promises";
import react from "@vitejs/plugin-react";
import { defineConfig, type Plugin } from "vite";
import { hostingText } from "./scripts/hosting-text.ts";
import { isolation } from "./scripts/isolation.ts";
import { pageSecurity, securityHeaders } from "./scripts/page-security.ts";
import { thirdPartyNotices } from "./scripts/third-party.ts";

/**
 * Built pages carry shaders without comments and indentation, which no minifier sees inside a string: a third of their
 * size. Lines stay where they are, so that a line number in a compiler's message is one of the file.
 */
function shortenShaders(): Plugin {
  return {
    name: "shorten-shaders",
    apply: "build",
    enforce: "pre",
    load: {
      filter: { id: /\.wgsl\?raw$/ },
      async handler(id) {
        const text = await readFile(id.replace(/\?raw$/, ""), "utf8");
        // Only line comments are known here; WGSL has no strings in which two slashes could stand.
        if (text.includes("/*")) this.error(`${id} has a block comment; write comments with // instead.`);
        return `export default ${JSON.stringify(text.replace(/[ \t]*\/\/.*/g, "").replace(/^[ \t]+/gm, ""))};`;
      },
    },
  };
}

/**
 * Keeps everything that a worker's entry brings at once in a chunk beside it. Chunks that are loaded later import from
 * there. If they imported from the entry, WebKit would evaluate the entry a second time, as a module of another address,
 * and a second engine without a model would answer the page's calls. scripts/check-bundle.ts refuses such a build.
 */
const codeSplitting = {
  groups: [
    { name: "engine", tags: ["$initial" as const], test: (id: string) => !id.endsWith("/engine/worker/worker.ts") },
  ],
};

const notices = thirdPartyNotices(["@fontsource-variable/inter"]);

export default defineConfig({
  plugins: [react(), shortenShaders(), pageSecurity(), hostingText(), isolation(securityHeaders()), notices.write()],
  // Relative addresses: the build works from any folder of any host.
  base: "./",
  worker: {
    format: "es",
    plugins: () => [shortenShaders(), notices.collect()],
    rolldownOptions: { output: { codeSplitting } },
  },
  // onnxruntime looks its wasm up beside itself, which pre-bundling would move.
  optimizeDeps: { exclude: ["onnxruntime-web"] },
  // Safari has no `using` yet; a build is transformed for its target anyway.
  oxc: { target: "es2023" },
  // Every browser with WebGPU preloads modules by itself.
  build: {
    target: "es2023",
    modulePreload: { polyfill: false },
    // What the first screen loads is one chunk: each of many small ones is compressed by itself, and asked for by itself.
    rolldownOptions: { output: { codeSplitting: { groups: [{ name: "page", tags: ["$initial" as const] }] } } },
  },
});
