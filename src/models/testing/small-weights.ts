/** Small weights in memory, folders that hand them out in pieces, and what a read hands out. */
import type { CheckpointFolder } from "../source.ts";
import type { Weights } from "../weights.ts";
import { countingTensor, folderOf, type WrittenTensor } from "./write-safetensors.ts";

/** What the weights of these tests hold: three tensors, one of each type that is read. */
export const TENSORS = [
  countingTensor("model.embedding", "BF16", [50, 3], 1),
  countingTensor("model.norm", "F32", [5], 2),
  countingTensor("lm_head", "F16", [7, 11], 3),
];
export const NAMES = TENSORS.map(({ name }) => name);

/** What a read hands out, copied. */
export async function readAll(weights: Weights, names: readonly string[] = NAMES) {
  const found = new Map<string, Uint8Array>();
  const hash = await weights.read({
    names: new Set(names),
    onTensor: ({ name, bytes }) => void found.set(name, bytes.slice()),
  });
  return { hash, found };
}

export const bytesByName = (tensors: readonly WrittenTensor[]) =>
  new Map(tensors.map(({ name, bytes }) => [name, bytes]));

/** A folder of one weights file whose streams come in chunks of `chunk` bytes, and which may behave in other ways. */
export function chunked(
  bytes: Uint8Array<ArrayBuffer>,
  chunk: number,
  change: Partial<CheckpointFolder> = {},
): CheckpointFolder {
  const folder = folderOf(new Map([["model.safetensors", bytes]]));
  return {
    ...folder,
    async open(path, options) {
      const { size } = await folder.open(path, options);
      const { from = 0, to = bytes.length } = options ?? {};
      let position = from;
      const stream = new ReadableStream<Uint8Array<ArrayBuffer>>({
        pull(controller) {
          if (position >= Math.min(to, bytes.length)) return controller.close();
          controller.enqueue(bytes.slice(position, Math.min(position + chunk, to)));
          position += chunk;
        },
      });
      return { size, stream, origin: "network" };
    },
    ...change,
  };
}
