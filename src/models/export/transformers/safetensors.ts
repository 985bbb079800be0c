/** Sliced weights as safetensors files, in several with an index where one would be too large. */
import type { Dtype } from "../../safetensors-header.ts";
import { type ExportedFile, fileOf } from "../contract.ts";
import { handOver } from "../hand-over.ts";
import { formatBytes } from "../number-format.ts";
import type { SlicedTensor, SlicedWeights } from "../sliced-weights.ts";

/** What hubs and transformers cut at, in bytes of tensors. */
export const LARGEST_SHARD = 5e9;

/** Files of all tensors, and the index where there are several. @param largest bytes of a file's tensors, unless one has more. */
export function weightFiles(sliced: SlicedWeights, largest = LARGEST_SHARD): ExportedFile[] {
  const shards = shardsOf(sliced.tensors, largest);
  if (shards.length === 1) return [weightFile("model.safetensors", shards[0] ?? [], sliced)];
  const nameOf = (index: number) =>
    `model-${String(index + 1).padStart(5, "0")}-of-${String(shards.length).padStart(5, "0")}.safetensors`;
  const map = shards.flatMap((tensors, index) => tensors.map(({ name }) => [name, nameOf(index)]));
  const index = {
    metadata: { total_size: sliced.tensors.reduce((sum, { bytes }) => sum + bytes, 0) },
    weight_map: Object.fromEntries(map),
  };
  return [
    ...shards.map((tensors, shard) => weightFile(nameOf(shard), tensors, sliced)),
    fileOf("model.safetensors.index.json", `${JSON.stringify(index, null, 2)}\n`),
  ];
}

/** In their order, so that each part is one stretch of what is read. */
function shardsOf(tensors: readonly SlicedTensor[], largest: number): SlicedTensor[][] {
  const shards: SlicedTensor[][] = [[]];
  let taken = 0;
  for (const tensor of tensors) {
    if (taken > 0 && taken + tensor.bytes > largest) {
      shards.push([]);
      taken = 0;
    }
    shards.at(-1)?.push(tensor);
    taken += tensor.bytes;
  }
  return shards;
}

/**
 * Wider numbers come first: they have to lie at multiples of their size, which any count of narrow ones before them would
 * move them from. Where there are both, the original is read once for each.
 */
function weightFile(path: string, tensors: readonly SlicedTensor[], sliced: SlicedWeights): ExportedFile {
  const groups = [4, 2]
    .map((width) => tensors.filter(({ format }) => formatBytes(format) === width))
    .filter((group) => group.length > 0);
  const header = headerOf(groups.flat());
  return {
    path,
    bytes: header.length + tensors.reduce((sum, { bytes }) => sum + bytes, 0),
    stream: (signal) =>
      handOver<Uint8Array<ArrayBuffer>>(async (give) => {
        await give(header);
        for (const group of groups) {
          await sliced.read({
            names: new Set(group.map(({ name }) => name)),
            onTensor: (_, data) => give(data as Uint8Array<ArrayBuffer>),
            signal,
          });
        }
      }),
  };
}

/** Length, JSON padded with spaces to a multiple of 8 bytes. */
function headerOf(tensors: readonly SlicedTensor[]): Uint8Array<ArrayBuffer> {
  let position = 0;
  const entries = tensors.map(({ name, format, shape, bytes }) => {
    const dtype: Dtype = format;
    const entry = { dtype, shape, data_offsets: [position, position + bytes] };
    position += bytes;
    return [name, entry] as const;
  });
  const json = JSON.stringify({ __metadata__: { format: "pt" }, ...Object.fromEntries(entries) });
  const text = new TextEncoder().encode(json);
  const length = Math.ceil(text.length / 8) * 8;
  const header = new Uint8Array(8 + length).fill(0x20);
  new DataView(header.buffer).setBigUint64(0, BigInt(length), true);
  header.set(text, 8);
  return header;
}
