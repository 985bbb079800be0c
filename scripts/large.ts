/**
 * A checkpoint of full size, end to end: writes SmolVLM-256M's shape with random weights (513,028,808 bytes) into a
 * folder, once, and prints one JSON object with what loading, writing and calibrating it take.
 *
 *   tsx scripts/large.ts [node] [reference] [browser] [webgpu] [--cache FOLDER] [--from FOLDER] [--photos FOLDER]
 *     [--tokens 32] [--precision auto|float32|float16]
 *
 * --from is a folder with the small files of SmolVLM-256M-Instruct (config, tokenizer, processor, chat template), and
 * --photos one with at least two pictures; both default to the folders beside the project. `node` and `browser` run on
 * the cpu backend, `reference` compares with transformers' numbers, `webgpu` loads only. All four run by default.
 */
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { writeRandomCheckpoint } from "../src/models/testing/random-checkpoint.ts";
import { measureBrowser } from "./large-browser.ts";
import { modelShapes } from "./random-checkpoint-shapes.ts";

const NAMES = ["node", "reference", "browser", "webgpu"];
const FULL_SIZE = 513_028_808;
const root = join(import.meta.dirname, "..");
const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    cache: { type: "string", default: join(tmpdir(), "pivotscope-random-256m") },
    from: { type: "string", default: join(root, "../shared/checkpoints/SmolVLM-256M-Instruct") },
    photos: { type: "string", default: join(root, "../shared/photos") },
    tokens: { type: "string", default: "32" },
    precision: { type: "string", default: "auto" },
  },
});
const wanted = positionals.length > 0 ? positionals : NAMES;
const unknown = wanted.find((name) => !NAMES.includes(name));
if (unknown !== undefined) throw new Error(`Unknown part "${unknown}"; there are ${NAMES.join(", ")}.`);
const precision = (["auto", "float32", "float16"] as const).find((name) => name === values.precision);
if (precision === undefined) throw new Error("--precision takes auto, float32 or float16.");
const tokens = Number(values.tokens);
const folder = resolve(values.cache);
const photos = existsSync(values.photos)
  ? readdirSync(values.photos)
      .filter((name) => /\.(png|jpe?g)$/.test(name))
      .slice(0, 2)
      .map((name) => resolve(values.photos, name))
  : [];
if (photos.length < 2) throw new Error(`--photos needs a folder with two pictures; ${values.photos} has not.`);

const weights = join(folder, "model.safetensors");
if (!existsSync(weights) || statSync(weights).size !== FULL_SIZE) {
  const config = join(values.from, "config.json");
  if (!existsSync(config)) throw new Error(`--from needs SmolVLM-256M-Instruct's small files; ${config} is not there.`);
  const text = readFileSync(config, "utf8");
  writeRandomCheckpoint({ folder, config: text, tensors: modelShapes(text), copyFrom: values.from });
}

/** Runs a part of Node's in a process of its own, so that its memory is its own. */
function inNode(step: string): unknown {
  const script = join(import.meta.dirname, "large-node.ts");
  const parameters = ["--import", "tsx", script, step, folder, String(tokens), ...photos];
  return JSON.parse(execFileSync(process.execPath, parameters, { cwd: root, encoding: "utf8", maxBuffer: 2 ** 26 }));
}

const results: Record<string, unknown> = {
  cpu: cpus()[0]?.model,
  cores: cpus().length,
  node: process.version,
  fileBytes: statSync(weights).size,
};
if (wanted.includes("reference")) results.reference = inNode("reference");
if (wanted.includes("node")) results["node cpu"] = inNode("node");
const browser = { folder, photos, tokens, precision };
if (wanted.includes("browser")) {
  results["browser cpu"] = await measureBrowser({ ...browser, backend: "cpu", loadOnly: false });
}
if (wanted.includes("webgpu")) {
  results["browser webgpu"] = await measureBrowser({ ...browser, backend: "webgpu", loadOnly: true });
}
console.log(JSON.stringify(results, null, 2));
