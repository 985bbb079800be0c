/** A safetensors file of random float32 tensors, in memory. Tests only. */
import { createRandomTensors, layOutFile, type TensorShape } from "./random-tensors.ts";

export function randomFile(shapes: readonly TensorShape[], seed: number): Uint8Array<ArrayBuffer> {
  const { header, tensors, bytes } = layOutFile(shapes, "F32");
  const random = createRandomTensors(seed, "F32", true);
  const file = new Uint8Array(bytes);
  file.set(header);
  let at = header.length;
  for (const tensor of tensors) {
    for (const piece of random.pieces(tensor)) {
      file.set(piece, at);
      at += piece.length;
    }
  }
  return file;
}
