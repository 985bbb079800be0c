/**
 * The model's worker: one engine behind the message protocol. A new worker is made for every model. Nothing may import this
 * file, nor anything else from its chunk: an entry that is imported is evaluated twice in WebKit (vite.config.ts).
 */
import { createBrowserEngine } from "../browser-engine.ts";
import type { Endpoint, FromWorker } from "./protocol.ts";
import { serveEngine } from "./serve.ts";

serveEngine(self as unknown as Endpoint<FromWorker>, createBrowserEngine);
