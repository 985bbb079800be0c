/** How the test hub answers: headers of other origins, JSON, the hub's errors; and how it listens. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { HubFault } from "./hub-faults.ts";

/** What is noted of a request once it is answered. */
interface Answered {
  status: number;
}

/** What the hub lets pages of other origins see. Retry-After is not among it. */
const EXPOSED_HEADERS =
  "X-Repo-Commit,X-Request-Id,X-Error-Code,X-Error-Message,X-Total-Count,ETag,Link,Accept-Ranges,Content-Range," +
  "X-Linked-Size,X-Linked-ETag,X-Xet-Hash";

export function allowOrigin(request: IncomingMessage, response: ServerResponse): void {
  response.setHeader("Access-Control-Allow-Origin", request.headers.origin ?? "*");
  response.setHeader("Vary", "Origin");
  response.setHeader("Access-Control-Expose-Headers", EXPOSED_HEADERS);
}

export function finish(response: ServerResponse, entry: Answered, status: number, body = ""): void {
  entry.status = status;
  response.writeHead(status).end(body);
}

export function answerJson(response: ServerResponse, entry: Answered, value: unknown, status = 200): void {
  response.setHeader("Content-Type", "application/json; charset=utf-8");
  finish(response, entry, status, JSON.stringify(value));
}

export function answerError(
  response: ServerResponse,
  entry: Answered,
  status: number,
  code: string,
  message: string,
): void {
  response.setHeader("X-Error-Code", code);
  response.setHeader("X-Error-Message", message);
  answerJson(response, entry, { error: message }, status);
}

export function answerStatus(
  response: ServerResponse,
  entry: Answered,
  { status, code, message, retryAfter }: Extract<HubFault, { kind: "status" }>,
): void {
  if (retryAfter !== undefined) response.setHeader("Retry-After", retryAfter);
  if (code !== undefined) answerError(response, entry, status, code, message ?? code);
  else finish(response, entry, status, message);
}

/** What a network's sign-in page looks like to whoever asked for something else. */
export function answerPage(response: ServerResponse, entry: Answered, announced: boolean): void {
  const body = "<!doctype html><title>Welcome to our network</title><p>Please sign in.</p>";
  response.setHeader("Content-Type", "text/html; charset=utf-8");
  if (announced) response.setHeader("Content-Length", body.length);
  entry.status = 200;
  response.writeHead(200);
  response.write(body);
  response.end();
}

export function encodePath(path: string): string {
  return path.split("/").map(encodeURIComponent).join("/");
}

export async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of request as AsyncIterable<Uint8Array>) chunks.push(chunk);
  return Buffer.concat(chunks).toString("utf8");
}

export function serve(answer: (request: IncomingMessage, response: ServerResponse) => Promise<void>): Server {
  return createServer((request, response) => {
    answer(request, response).catch((error: unknown) => {
      console.error("The test hub failed:", error);
      response.destroy();
    });
  });
}

export async function listen(server: Server, port: number): Promise<string> {
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "localhost", resolve);
  });
  return `http://localhost:${(server.address() as AddressInfo).port}`;
}
