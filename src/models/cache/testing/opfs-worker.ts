/** Runs steps on a store in a worker, where files have synchronous handles. */
import type { FileAppender } from "../file-store.ts";
import { createOpfsStore } from "../opfs-store.ts";
import { exerciseStore, fillStore, removeWhileWriting } from "./exercise-store.ts";

export type OpfsRequest = {
  readonly folder: string;
  readonly step: "exercise" | "remove" | "fill" | "hold" | "release";
};

let held: FileAppender | null = null;

async function run({ folder, step }: OpfsRequest): Promise<unknown> {
  const store = createOpfsStore(await navigator.storage.getDirectory(), folder);
  if (step === "exercise") return exerciseStore(store);
  if (step === "remove") return removeWhileWriting(store);
  if (step === "fill") return fillStore(store);
  if (step === "hold") {
    held = await store.append("shared/file", 4);
    await held?.append(Uint8Array.of(1, 2));
    return held !== null;
  }
  await held?.close();
  return null;
}

self.onmessage = async ({ data }: MessageEvent<OpfsRequest>) => {
  try {
    self.postMessage({ result: await run(data) });
  } catch (error) {
    self.postMessage({ error: String(error) });
  }
};
