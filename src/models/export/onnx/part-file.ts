/**
 * An ONNX model as files that are written as a stream: one file with the weights in it, or a small one and its weights
 * beside it where they are more than one file may hold.
 */
import { type FileWeight, type ModelFile, modelFile } from "../../../graph/model-file.ts";
import { type External, serialiseGraph } from "../../../graph/serialise.ts";
import type { WeightSlot } from "../../architectures/definition.ts";
import type { OnnxPart } from "../../architectures/shared/onnx-part.ts";
import { heldShape } from "../../architectures/weight-slots.ts";
import { type ExportedFile, fileOf } from "../contract.ts";
import { handOver } from "../hand-over.ts";
import { formatBytes, type NumberFormat, reformatted } from "../number-format.ts";
import { type SlicedTensor, type SlicedWeights, sizeOf } from "../sliced-weights.ts";

/**
 * Bytes that one file holds at most. Protocol buffers end at 2 GB, and browsers hold a file in an array of at most as many;
 * half of it leaves WebAssembly's 4 GB room for a second copy.
 */
export const LARGEST_FILE = 2 ** 30;

/** A weight of a part: what stands in the file, and where its numbers come from. */
interface PartWeight extends FileWeight {
  readonly slot: WeightSlot;
  readonly format: NumberFormat;
}

/** Where the files of a part are written. */
export interface PartPlace {
  readonly folder: string;
  /** Between the part's name and the ending, as `_fp16`. */
  readonly suffix: string;
  /** Bytes that one file may have. */
  readonly largest: number;
}

export interface PartFiles {
  /** Of the model's file, with suffix and ending, without folder. */
  readonly name: string;
  readonly files: readonly ExportedFile[];
  /** How many files of weights are beside it, named as transformers.js expects them. */
  readonly dataFiles: number;
}

/** In the order in which a read hands the tensors out. */
function weightsOf({ graph, weights }: OnnxPart, { tensors }: SlicedWeights): PartWeight[] {
  const places = new Map(tensors.map(({ name }, place) => [name, place]));
  const placeOf = ({ slot }: PartWeight) => places.get(slot.tensor) ?? 0;
  const halves = new Set(graph.inputs.filter(({ type }) => type === "float16").map(({ name }) => name));
  return [...weights]
    .map(([name, slot]): PartWeight => {
      const half = halves.has(name);
      const format = half ? "F16" : "F32";
      const dims = heldShape(slot);
      return {
        name,
        slot,
        format,
        type: half ? "float16" : "float32",
        dims,
        bytes: sizeOf(dims) * formatBytes(format),
      };
    })
    .toSorted((a, b) => placeOf(a) - placeOf(b));
}

/** The numbers of a tensor as the file has them. */
function numbersOf(weight: PartWeight, { name, shape, format: dtype }: SlicedTensor, data: Uint8Array) {
  const stored = { name, dtype, shape, size: sizeOf(shape), begin: 0, end: data.length, bytes: data };
  const { preparation } = weight.slot;
  if (!preparation) return reformatted(stored, weight.format) as Uint8Array<ArrayBuffer>;
  const prepared = preparation.apply(new Float32Array(reformatted(stored, "F32").slice().buffer));
  const single = { ...stored, dtype: "F32", bytes: new Uint8Array(prepared.buffer) } as const;
  return reformatted(single, weight.format) as Uint8Array<ArrayBuffer>;
}

/** Numbers of `weights`, one after another. */
function readNumbers(sliced: SlicedWeights, weights: readonly PartWeight[], signal: AbortSignal | undefined) {
  const byTensor = new Map(weights.map((weight) => [weight.slot.tensor, weight]));
  return handOver<Uint8Array<ArrayBuffer>>((give) =>
    sliced.read({
      names: new Set(byTensor.keys()),
      onTensor: (tensor, data) => give(numbersOf(byTensor.get(tensor.name) as PartWeight, tensor, data)),
      signal,
    }),
  );
}

function inOneFile(
  path: string,
  { pieces, bytes }: ModelFile,
  weights: readonly PartWeight[],
  sliced: SlicedWeights,
): ExportedFile {
  return {
    path,
    bytes,
    async *stream(signal) {
      const [opening, ...between] = pieces;
      if (opening) yield opening;
      let index = 0;
      for await (const numbers of readNumbers(sliced, weights, signal)) {
        yield numbers;
        const piece = between[index];
        if (piece) yield piece;
        index += 1;
      }
    },
  };
}

/** `weights` in lists of at most `largest` bytes, in their order. */
function chunksOf(weights: readonly PartWeight[], largest: number): PartWeight[][] {
  const chunks: PartWeight[][] = [];
  let room = 0;
  for (const weight of weights) {
    if (chunks.length === 0 || weight.bytes > room) {
      chunks.push([]);
      room = largest;
    }
    room -= weight.bytes;
    chunks.at(-1)?.push(weight);
  }
  return chunks;
}

/** The model's file without its weights, and those in files beside it. */
function inSeveralFiles(
  { graph }: OnnxPart,
  weights: readonly PartWeight[],
  sliced: SlicedWeights,
  { folder, name, largest }: { readonly folder: string; readonly name: string; readonly largest: number },
): readonly ExportedFile[] {
  const externals: Record<string, External> = {};
  const dataFiles = chunksOf(weights, largest).map((chunk, index): ExportedFile => {
    const file = `${name}_data${index === 0 ? "" : `_${index}`}`;
    let offset = 0;
    for (const { name: weight, dims, bytes } of chunk) {
      externals[weight] = { dims, bytes, offset, file };
      offset += bytes;
    }
    return { path: `${folder}/${file}`, bytes: offset, stream: (signal) => readNumbers(sliced, chunk, signal) };
  });
  return [fileOf(`${folder}/${name}`, serialiseGraph(graph, externals)), ...dataFiles];
}

/** The files of `part`. */
export function partFiles(part: OnnxPart, sliced: SlicedWeights, place: PartPlace): PartFiles {
  const { folder, suffix, largest } = place;
  const name = `${part.name}${suffix}.onnx`;
  const weights = weightsOf(part, sliced);
  const whole = modelFile(part.graph, weights);
  const files =
    whole.bytes <= largest
      ? [inOneFile(`${folder}/${name}`, whole, weights, sliced)]
      : inSeveralFiles(part, weights, sliced, { folder, name, largest });
  return { name, files, dataFiles: files.length - 1 };
}
