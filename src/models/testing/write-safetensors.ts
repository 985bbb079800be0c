/** Safetensors files made in memory, for tests: one, or shards with their index, laid out as a checkpoint folder. */
import { createFilesFolder } from "../files-folder.ts";
import { DTYPE_BITS, type Dtype } from "../safetensors-header.ts";
import type { CheckpointFolder } from "../source.ts";
import { safetensorsOf, type WrittenTensor, writeSafetensors } from "../write-safetensors.ts";

export { safetensorsOf, type WrittenTensor, writeSafetensors };

/** A tensor whose bytes count up from `first`, all different from their neighbours. */
export function countingTensor(name: string, dtype: Dtype, shape: readonly number[], first = 0): WrittenTensor {
  const length = shape.reduce((product, axis) => product * axis, DTYPE_BITS[dtype] / 8);
  return { name, dtype, shape, bytes: Uint8Array.from({ length }, (_, index) => (first + index * 7) % 251) };
}

/** Files of a sharded checkpoint by path: the shards, and the index, which `change` may damage. */
export function writeShards(
  shards: readonly (readonly WrittenTensor[])[],
  change: (index: { metadata: Record<string, unknown>; weight_map: Record<string, unknown> }) => unknown = () =>
    undefined,
): Map<string, Uint8Array<ArrayBuffer>> {
  const files = new Map<string, Uint8Array<ArrayBuffer>>();
  const index = { metadata: { total_size: 0 } as Record<string, unknown>, weight_map: {} as Record<string, unknown> };
  let total = 0;
  shards.forEach((tensors, place) => {
    const number = (value: number) => String(value).padStart(5, "0");
    const path = `model-${number(place + 1)}-of-${number(shards.length)}.safetensors`;
    files.set(path, writeSafetensors(tensors));
    for (const { name, bytes } of tensors) {
      index.weight_map[name] = path;
      total += bytes.length;
    }
  });
  index.metadata.total_size = total;
  change(index);
  files.set("model.safetensors.index.json", new TextEncoder().encode(JSON.stringify(index)));
  return files;
}

/** A folder of these files. */
export function folderOf(files: ReadonlyMap<string, Uint8Array<ArrayBuffer> | string>): CheckpointFolder {
  return createFilesFolder("tiny", new Map([...files].map(([path, bytes]) => [path, new Blob([bytes])])));
}
