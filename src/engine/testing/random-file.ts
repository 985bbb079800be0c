/** A safetensors file of random weights for the model that a config.json describes, in memory. Tests only. */
import { parseModelConfig } from "../../models/architectures/registry.ts";
import { uniqueTensors } from "../../models/architectures/weight-slots.ts";
import { createRandomTensors, layOutFile } from "../../models/testing/random-tensors.ts";
import { defineModel } from "../load/create-model.ts";

/** The same numbers that `scripts/random-checkpoint.ts` writes in float32. @param config text of config.json. */
export function randomFile(config: string, seed = 1): Uint8Array<ArrayBuffer> {
  const shapes = uniqueTensors(defineModel(parseModelConfig(config))).map(({ tensor, shape }) => ({
    name: tensor,
    shape,
  }));
  const random = createRandomTensors(seed, "F32", !shapes.some(({ name }) => name === "lm_head.weight"));
  const { header, tensors, bytes } = layOutFile(shapes, "F32");
  const file = new Uint8Array(bytes);
  file.set(header);
  for (const tensor of tensors) {
    let place = header.length + tensor.begin;
    for (const piece of random.pieces(tensor)) {
      file.set(piece, place);
      place += piece.length;
    }
  }
  return file;
}
