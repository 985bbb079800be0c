/** Serves the project's sources to a page, for benchmarks: unbundled, isolated, and without reloading by itself. */
import { join } from "node:path";
import { createServer, type InlineConfig, mergeConfig } from "vite";
import { isolation } from "./isolation.ts";

const root = join(import.meta.dirname, "..");

/** Starts the server, with `extra` settings beside those that every measurement wants. Close it when done. */
export async function serveProject(extra: InlineConfig = {}) {
  const settings: InlineConfig = {
    root,
    configFile: false,
    plugins: [isolation()],
    logLevel: "error",
    optimizeDeps: { exclude: ["onnxruntime-web"] },
    server: {
      port: 0,
      // A page that reloads itself in the middle measures nothing.
      hmr: false,
      watch: null,
    },
  };
  const server = await createServer(mergeConfig(settings, extra));
  await server.listen();
  const [address] = server.resolvedUrls?.local ?? [];
  if (address === undefined) throw new Error("Vite gave no address.");
  return { address, close: () => server.close() };
}
