/** Files that sliced weights are cut into, and the order of what lies in them. */
import { expect, it } from "vitest";
import { openWeights } from "../../open-weights.ts";
import { folderOf } from "../../testing/write-safetensors.ts";
import type { ExportedFile } from "../contract.ts";
import type { NumberFormat } from "../number-format.ts";
import type { SlicedTensor, SlicedWeights } from "../sliced-weights.ts";
import { weightFiles } from "./safetensors.ts";

const tensor = (name: string, format: NumberFormat, count: number): SlicedTensor => ({
  name,
  shape: [count],
  format,
  bytes: count * (format === "F32" ? 4 : 2),
});
/** Bytes of the tensor at `place`: its number in the list, again and again. */
const dataOf = (place: number, { bytes }: SlicedTensor) => new Uint8Array(bytes).fill(place + 1);

function slicedOf(tensors: readonly SlicedTensor[]): { readonly sliced: SlicedWeights; readonly reads: string[][] } {
  const reads: string[][] = [];
  const read: SlicedWeights["read"] = async ({ names, onTensor }) => {
    reads.push([...(names ?? [])]);
    for (const [place, one] of tensors.entries()) if (names?.has(one.name)) await onTensor(one, dataOf(place, one));
  };
  return { sliced: { tensors, read } as SlicedWeights, reads };
}

async function bytesOf({ stream }: ExportedFile): Promise<Uint8Array<ArrayBuffer>> {
  const pieces: Uint8Array[] = [];
  for await (const piece of stream()) pieces.push(piece.slice());
  return new Uint8Array(Buffer.concat(pieces));
}

const TENSORS = [
  tensor("a", "BF16", 3),
  tensor("b.bias", "F32", 2),
  tensor("c", "BF16", 5),
  tensor("d", "BF16", 4),
  tensor("e", "BF16", 1),
];

async function readBack(files: readonly ExportedFile[]) {
  const contents = await Promise.all(files.map(async (file) => [file.path, await bytesOf(file)] as const));
  for (const [index, [, bytes]] of contents.entries()) expect(bytes.length).toBe(files[index]?.bytes);
  const weights = await openWeights(folderOf(new Map(contents)));
  const found = new Map<string, Uint8Array>();
  await weights.read({
    names: new Set(TENSORS.map(({ name }) => name)),
    onTensor: ({ name, bytes }) => void found.set(name, bytes.slice()),
  });
  return { weights, found };
}

it("is one file below the limit, with wide numbers where they may lie", async () => {
  const { sliced, reads } = slicedOf(TENSORS);
  const files = weightFiles(sliced);
  expect(files.map(({ path }) => path)).toEqual(["model.safetensors"]);
  const { weights, found } = await readBack(files);
  for (const [place, one] of TENSORS.entries()) expect(found.get(one.name)).toEqual(dataOf(place, one));
  for (const { name, begin } of weights.tensors.values()) expect(begin % (name === "b.bias" ? 4 : 2)).toBe(0);
  // The original is read once for each width of numbers.
  expect(reads).toEqual([["b.bias"], ["a", "c", "d", "e"]]);
});

it("is several above it, with an index that leads to each tensor", async () => {
  const files = weightFiles(slicedOf(TENSORS).sliced, 16);
  expect(files.map(({ path }) => path)).toEqual([
    "model-00001-of-00003.safetensors",
    "model-00002-of-00003.safetensors",
    "model-00003-of-00003.safetensors",
    "model.safetensors.index.json",
  ]);
  const { found } = await readBack(files);
  for (const [place, one] of TENSORS.entries()) expect(found.get(one.name)).toEqual(dataOf(place, one));
  const last = files.at(-1) as ExportedFile;
  expect(JSON.parse(new TextDecoder().decode(await bytesOf(last)))).toEqual({
    metadata: { total_size: 34 },
    weight_map: {
      a: "model-00001-of-00003.safetensors",
      "b.bias": "model-00001-of-00003.safetensors",
      c: "model-00002-of-00003.safetensors",
      d: "model-00003-of-00003.safetensors",
      e: "model-00003-of-00003.safetensors",
    },
  });
});

it("gives a tensor that is larger than the limit a file of its own", () => {
  const files = weightFiles(
    slicedOf([tensor("a", "F32", 2), tensor("b", "F32", 100), tensor("c", "F32", 2)]).sliced,
    40,
  );
  expect(files).toHaveLength(4);
});
