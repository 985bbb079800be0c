/** Shapes of a checkpoint's tensors: from a list, or from what the workbench would read of a config. */
import { defineModel } from "../src/engine/load/create-model.ts";
import { loadEveryArchitecture, parseModelConfig } from "../src/models/architectures/registry.ts";
import { uniqueTensors } from "../src/models/architectures/weight-slots.ts";
import type { TensorShape } from "../src/models/testing/random-tensors.ts";

await loadEveryArchitecture();

/** Every tensor that the workbench reads of a model with this config.json. */
export function modelShapes(config: string): TensorShape[] {
  return uniqueTensors(defineModel(parseModelConfig(config))).map(({ tensor, shape }) => ({ name: tensor, shape }));
}

/** Shapes from a JSON object that gives each tensor's name an object with its `shape`. */
export function listedShapes(json: string): TensorShape[] {
  const listed = JSON.parse(json) as Record<string, { readonly shape: readonly number[] }>;
  return Object.entries(listed).map(([name, { shape }]) => ({ name, shape }));
}

/**
 * config.json with fewer layers.
 *
 * @param layers "TEXT" or "TEXT,VISION" numbers of layers; undefined leaves the text as it is.
 */
export function keepLayers(config: string, layers: string | undefined): string {
  if (layers === undefined) return config;
  const match = /^(\d+)(?:,(\d+))?$/.exec(layers);
  if (match === null) throw new Error(`--layers takes numbers of layers such as 2 or 2,1, not "${layers}".`);
  const parsed = JSON.parse(config) as Record<string, Record<string, unknown>>;
  const text = parsed.text_config ?? parsed;
  text.num_hidden_layers = Number(match[1]);
  const vision = parsed.vision_config;
  if (match[2] !== undefined && vision) {
    vision["depth" in vision ? "depth" : "num_hidden_layers"] = Number(match[2]);
  }
  return `${JSON.stringify(parsed, null, 2)}\n`;
}
