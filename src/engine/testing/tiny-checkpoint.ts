/**
 * A checkpoint of two layers a tower, small enough to run hundreds of times: the bundled model's tokenizer and processor,
 * a few of its samples, and random weights. Node tests only.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseModelConfig } from "../../models/architectures/registry.ts";
import { uniqueTensors } from "../../models/architectures/weight-slots.ts";
import type { CheckpointFolder } from "../../models/source.ts";
import { randomFile } from "../../models/testing/random-file.ts";
import { folderOf } from "../../models/testing/write-safetensors.ts";
import { projectRoot } from "../../testing/shared.ts";
import { defineModel } from "../load/create-model.ts";

const SOURCE = join(projectRoot, "public", "models", "scenes");

/** Small files that are the bundled model's own. */
export const COPIED = [
  "tokenizer.json",
  "tokenizer_config.json",
  "chat_template.json",
  "preprocessor_config.json",
  "processor_config.json",
  "generation_config.json",
];

/** Samples that are left of the calibration and the evaluation set. */
const SAMPLES = 3;

/** Prompts have some 30 tokens: what the random model writes ends soon. */
const POSITIONS = 48;

function readJson(name: string) {
  return JSON.parse(readFileSync(join(SOURCE, name), "utf8"));
}

function tinyConfig(): string {
  const config = readJson("config.json");
  const sizes = { hidden_size: 32, intermediate_size: 24, num_hidden_layers: 2, num_attention_heads: 2 };
  Object.assign(config.text_config, sizes, { num_key_value_heads: 1, max_position_embeddings: POSITIONS });
  Object.assign(config.vision_config, sizes, { image_size: 32 });
  return JSON.stringify(config);
}

function randomWeights(config: string): Uint8Array<ArrayBuffer> {
  const slots = uniqueTensors(defineModel(parseModelConfig(config)));
  const shapes = slots.map(({ tensor, shape }) => ({ name: tensor, shape }));
  return randomFile(shapes, 7);
}

function withShortTrace<Sample extends object>(sample: Sample): Sample {
  return "trace" in sample ? { ...sample, trace: "Final Answer: metal" } : sample;
}

export function createTinyFolder(): CheckpointFolder {
  return folderOf(tinyFiles());
}

/** Its files by name, for those who want to serve them. */
export function tinyFiles(): ReadonlyMap<string, Uint8Array<ArrayBuffer> | string> {
  const config = tinyConfig();
  const files = new Map<string, Uint8Array<ArrayBuffer> | string>(
    COPIED.map((name) => [name, readFileSync(join(SOURCE, name), "utf8")]),
  );
  for (const name of ["calibration.json", "evaluation.json"]) {
    const { samples, ...rest } = readJson(name);
    files.set(name, JSON.stringify({ ...rest, samples: samples.slice(0, SAMPLES).map(withShortTrace) }));
  }
  files.set("processor_config.json", JSON.stringify({ ...readJson("processor_config.json"), image_seq_len: 1 }));
  files.set(
    "preprocessor_config.json",
    JSON.stringify({
      ...readJson("preprocessor_config.json"),
      size: { longest_edge: 32 },
      max_image_size: { longest_edge: 32 },
    }),
  );
  files.set("config.json", config);
  files.set("model.safetensors", randomWeights(config));
  return files;
}
