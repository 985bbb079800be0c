/** The weights file that `writeRandomCheckpoint` writes, in memory, wherever tests run. */
import { createRandomTensors, layOutFile, type RandomDtype, type TensorShape } from "./random-tensors.ts";

/** One file with all tensors. */
export function randomWeights(
  tensors: readonly TensorShape[],
  { seed = 1, dtype = "F32" }: { readonly seed?: number; readonly dtype?: RandomDtype } = {},
): Uint8Array<ArrayBuffer> {
  const layout = layOutFile(tensors, dtype);
  const random = createRandomTensors(seed, dtype, !tensors.some(({ name }) => name === "lm_head.weight"));
  const file = new Uint8Array(layout.bytes);
  file.set(layout.header);
  let place = layout.header.length;
  for (const tensor of layout.tensors) {
    for (const piece of random.pieces(tensor)) {
      file.set(piece, place);
      place += piece.length;
    }
  }
  return file;
}
