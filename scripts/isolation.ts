/** Headers of what Vite serves: cross-origin isolation, without which the wasm backend has no threads, and a page's own. */
import type { Plugin, PreviewServer, ViteDevServer } from "vite";

type Headers = Readonly<Record<string, string>>;

export const ISOLATION: Headers = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
};

/**
 * Isolates with every answer, and sends `ofBuild` as well where the built page is served. Vite's own settings
 * (`server.headers`, `preview.headers`) leave headers out where it answers 304, and WebKit looks at that answer before
 * what it has kept: it then refuses the worker.
 */
export function isolation(ofBuild: Headers = {}): Plugin {
  const send = ({ middlewares }: ViteDevServer | PreviewServer, headers: Headers) => {
    middlewares.use((_request, response, next) => {
      for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
      next();
    });
  };
  return {
    name: "isolation",
    configureServer: (server) => send(server, ISOLATION),
    configurePreviewServer: (server) => send(server, { ...ISOLATION, ...ofBuild }),
  };
}
