/**
 * Writes a checkpoint with seeded random weights in the shape of a real one, for tests of size, memory and speed that
 * need no trained weights.
 *
 *   tsx scripts/random-checkpoint.ts --config FOLDER_OR_FILE --out FOLDER [--tensors tensors.json]
 *     [--dtype BF16|F16|F32] [--seed 1] [--shards 1] [--layers TEXT,VISION]
 *
 * Shapes come from --tensors (a JSON object: tensor name → {shape}) or, without it, from the workbench's own definition
 * of the model in config.json. --layers keeps the first layers of either tower and says so in the written config.json.
 * SmolVLM-256M-Instruct comes out at 513,028,808 bytes, the size of the real file.
 */
import { existsSync, readFileSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { writeRandomCheckpoint } from "../src/models/testing/random-checkpoint.ts";
import { RANDOM_DTYPES, type RandomDtype } from "../src/models/testing/random-tensors.ts";
import { keepLayers, listedShapes, modelShapes } from "./random-checkpoint-shapes.ts";

const { values } = parseArgs({
  options: {
    config: { type: "string" },
    tensors: { type: "string" },
    out: { type: "string" },
    dtype: { type: "string", default: "BF16" },
    seed: { type: "string", default: "1" },
    shards: { type: "string", default: "1" },
    layers: { type: "string" },
  },
});
const { config: source, out } = values;
if (source === undefined || out === undefined)
  throw new Error("Name the config with --config and a folder with --out.");

const isFolder = statSync(source).isDirectory();
const configPath = isFolder ? join(source, "config.json") : source;
if (isFolder && existsSync(out) && resolve(out) === resolve(source)) throw new Error("--out must be another folder.");
const dtype = values.dtype as RandomDtype;
if (!RANDOM_DTYPES.includes(dtype)) throw new Error(`--dtype takes ${RANDOM_DTYPES.join(", ")}.`);

const config = keepLayers(readFileSync(configPath, "utf8"), values.layers);
const shapes = modelShapes(config);
const wanted = new Set(shapes.map(({ name }) => name));
const tensors =
  values.tensors === undefined
    ? shapes
    : listedShapes(readFileSync(values.tensors, "utf8")).filter(
        ({ name }) => values.layers === undefined || wanted.has(name),
      );

const start = performance.now();
const written = writeRandomCheckpoint({
  folder: out,
  config,
  tensors,
  dtype,
  seed: wholeNumber("--seed", values.seed),
  files: wholeNumber("--shards", values.shards),
  copyFrom: isFolder ? source : dirname(configPath),
});
for (const { path, bytes } of written) console.log(`${join(out, path)}: ${bytes.toLocaleString("en")} bytes`);
console.log(`${tensors.length} tensors in ${((performance.now() - start) / 1000).toFixed(1)} s`);

function wholeNumber(option: string, text: string): number {
  if (/^\d+$/.test(text) && (option === "--seed" || Number(text) > 0)) return Number(text);
  throw new Error(`${option} takes a whole number, not "${text}".`);
}
