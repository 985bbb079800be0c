import { createReadStream, existsSync, statSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { join, normalize } from "node:path";
import type { Plugin } from "vite";

/** Serves folders on this disk under paths of the page, in ranges where they are asked for. */
export function serveFolders(folders: Readonly<Record<string, string>>): Plugin {
  const answer = (request: IncomingMessage, response: ServerResponse, next: () => void) => {
    const path = decodeURIComponent((request.url ?? "").split("?")[0] ?? "");
    const prefix = Object.keys(folders).find((start) => path.startsWith(start));
    if (prefix === undefined) return next();
    const file = join(folders[prefix] ?? "", normalize(`/${path.slice(prefix.length)}`));
    if (!existsSync(file) || !statSync(file).isFile()) {
      response.writeHead(404).end();
      return;
    }
    const { size } = statSync(file);
    const [, first, last] = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? "") ?? [];
    const start = Number(first ?? 0);
    const end = last ? Math.min(Number(last), size - 1) : size - 1;
    response.writeHead(first === undefined ? 200 : 206, {
      "Content-Length": end - start + 1,
      "Content-Type": file.endsWith(".json") ? "application/json" : "application/octet-stream",
      "Accept-Ranges": "bytes",
      ...(first === undefined ? {} : { "Content-Range": `bytes ${start}-${end}/${size}` }),
    });
    if (request.method === "HEAD") response.end();
    else createReadStream(file, { start, end }).pipe(response);
  };
  return {
    name: "serve-checkpoint",
    configureServer(server) {
      server.middlewares.use(answer);
    },
  };
}
