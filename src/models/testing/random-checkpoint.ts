/** Writes a checkpoint folder with random weights, in pieces of a few megabytes. Node only. */
import { closeSync, mkdirSync, openSync, readdirSync, readFileSync, statSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { createRandomTensors, layOutFile, type RandomDtype, splitTensors, type TensorShape } from "./random-tensors.ts";

export interface RandomCheckpointOptions {
  readonly folder: string;
  /** Text of config.json. */
  readonly config: string;
  readonly tensors: readonly TensorShape[];
  readonly dtype?: RandomDtype;
  readonly seed?: number;
  /** Number of safetensors files; with more than one an index is written beside them. */
  readonly files?: number;
  /** Folder whose small files (tokenizer, processor, chat template) are copied beside the weights. */
  readonly copyFrom?: string;
}

export interface WrittenFile {
  readonly path: string;
  readonly bytes: number;
}

/** Largest file that counts as a small one: SmolVLM's tokenizer.json has 3.5 MB. */
const LARGEST_COPY = 32 * 1024 * 1024;
const NOT_COPIED = new Set(["config.json", "tensors.json", "README.md"]);

/** Writes everything and returns the weight files. */
export function writeRandomCheckpoint(options: RandomCheckpointOptions): WrittenFile[] {
  const { folder, config, tensors, dtype = "BF16", seed = 1, files = 1 } = options;
  mkdirSync(folder, { recursive: true });
  if (options.copyFrom !== undefined) copySmallFiles(options.copyFrom, folder);
  writeFileSync(join(folder, "config.json"), config);

  const random = createRandomTensors(seed, dtype, !tensors.some(({ name }) => name === "lm_head.weight"));
  const runs = splitTensors(tensors, files);
  const written: WrittenFile[] = [];
  const weightMap: Record<string, string> = {};
  for (const [index, run] of runs.entries()) {
    const path = runs.length === 1 ? "model.safetensors" : shardName(index, runs.length);
    const layout = layOutFile(run, dtype);
    const file = openSync(join(folder, path), "w");
    try {
      writeAll(file, layout.header);
      for (const tensor of layout.tensors) {
        weightMap[tensor.name] = path;
        for (const piece of random.pieces(tensor)) writeAll(file, piece);
      }
    } finally {
      closeSync(file);
    }
    written.push({ path, bytes: layout.bytes });
  }
  if (runs.length > 1) {
    const total = runs
      .flatMap((run) => layOutFile(run, dtype).tensors)
      .reduce((sum, { begin, end }) => sum + end - begin, 0);
    const json = { metadata: { total_size: total }, weight_map: weightMap };
    writeFileSync(join(folder, "model.safetensors.index.json"), `${JSON.stringify(json, null, 2)}\n`);
  }
  return written;
}

/** Names of shards as transformers writes them. */
function shardName(index: number, shards: number): string {
  const digits = (value: number) => String(value).padStart(5, "0");
  return `model-${digits(index + 1)}-of-${digits(shards)}.safetensors`;
}

function copySmallFiles(from: string, to: string): void {
  for (const name of readdirSync(from)) {
    const path = join(from, name);
    const file = statSync(path);
    if (!file.isFile() || file.size > LARGEST_COPY || NOT_COPIED.has(name)) continue;
    if (name.endsWith(".safetensors") || name.endsWith(".index.json") || name.startsWith("golden_")) continue;
    writeFileSync(join(to, name), readFileSync(path));
  }
}

/** A write may take fewer bytes than it is given. */
function writeAll(file: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
}
