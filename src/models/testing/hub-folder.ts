import { onTestFinished } from "vitest";
import type { FileStore } from "../cache/file-store.ts";
import { createMemoryStore } from "../cache/memory-store.ts";
import { type HubFolderSource, openHubFolder } from "../hub/hub-folder.ts";
import { createFakeClock } from "./fake-clock.ts";
import { type HubModel, startHubServer } from "./hub-server.ts";
import { sha256 } from "./sha256.ts";

export const repository = "owner/name";
export const config = '{"model_type":"llama"}';
/** Larger than what one read from a socket gives, and than the progress after which breaks count anew. */
export const weights = Uint8Array.from({ length: 1_500_000 }, (_, index) => (index * 31 + (index >> 8)) % 256);
export const weightHash = sha256(weights);
/** What the hub serves where a test says nothing else: two small files and one that it keeps as a large one. */
export const files = new Map<string, Uint8Array | string>([
  ["config.json", config],
  ["tokenizer.json", '{"version":"1.0"}'],
  ["model.safetensors", weights],
]);

interface HubFolderOptions {
  readonly models?: readonly HubModel[];
  readonly store?: FileStore;
}

/** A hub for one test, which ends with it, and what opens folders of it into one store by a clock that does not wait. */
export async function startHubFolder({
  models = [{ repository, revisions: { main: files } }],
  store = createMemoryStore(),
}: HubFolderOptions = {}) {
  const hub = await startHubServer({ models });
  onTestFinished(() => hub.close());
  const clock = createFakeClock();
  return {
    hub,
    store,
    clock,
    open: (source: Partial<HubFolderSource> = {}) =>
      openHubFolder({ repository, revision: null, hubUrl: hub.url, ...source }, store, { clock }),
    /** Requests for the content of a file, without the redirects that lead there. */
    downloads: (place: string) =>
      hub.requests.filter((request) => request.place === place && (request.status === 206 || request.status === 200)),
  };
}
