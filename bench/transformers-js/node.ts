/**
 * Text written by this engine and by transformers.js in one Node process, in turn: the same random checkpoint, exported for
 * the other as the product exports it, each on its own onnxruntime-node with as many threads.
 */
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { modelShapes } from "../../scripts/random-checkpoint-shapes.ts";
import { nodeDevice } from "../../src/engine/load/node-device.ts";
import { openSession } from "../../src/engine/session.ts";
import { decodePicture } from "../../src/models/image/decode-node.ts";
import { createNodeFolder } from "../../src/models/node-folder.ts";
import { writeRandomCheckpoint } from "../../src/models/testing/random-checkpoint.ts";
import { createNodeBackend } from "../../src/runtime/cpu/node.ts";
import { median } from "../statistics.ts";
import { exportCheckpoint } from "./export.ts";

/** Decoders of real models, alone. */
const SHAPES = {
  "qwen2-vl-2b": {
    ...{ model_type: "qwen2", architectures: ["Qwen2ForCausalLM"], hidden_act: "silu" },
    ...{ vocab_size: 151_936, hidden_size: 1536, intermediate_size: 8960 },
    ...{ num_attention_heads: 12, num_key_value_heads: 2, rms_norm_eps: 1e-6, rope_theta: 1e6 },
    ...{ max_position_embeddings: 4096, tie_word_embeddings: true, bos_token_id: 1, eos_token_id: 151_645 },
  },
} as const;

export type DecodeShape = keyof typeof SHAPES;

export interface DecodeOptions {
  readonly shape: string;
  readonly layers: number;
  /** Of the prompt. */
  readonly context: number;
  readonly tokens: number;
  readonly repeats: number;
  /** Of either engine; 0 leaves them to onnxruntime. */
  readonly threads: number;
}

/** Milliseconds from the start to each token, and of the processor for all. */
interface Writing {
  readonly ids: readonly number[];
  readonly times: readonly number[];
  readonly processor: number;
}

type Write = (prompt: readonly number[], tokens: number) => Promise<Writing>;

/** Runs `write`, which reports each token. */
async function timed(write: (onToken: () => void) => Promise<readonly number[]>): Promise<Writing> {
  const times: number[] = [];
  const before = process.cpuUsage();
  const start = performance.now();
  const ids = await write(() => times.push(performance.now() - start));
  const { user, system } = process.cpuUsage(before);
  return { ids, times, processor: (user + system) / 1000 };
}

async function openOurs(folder: string, threads: number): Promise<{ write: Write; close: () => Promise<void> }> {
  const session = await openSession(
    {
      device: nodeDevice,
      createBackend: async () => createNodeBackend(threads > 0 ? { threads } : {}),
      decodePicture,
    },
    createNodeFolder(folder),
    { backend: "cpu" },
  );
  return {
    write: (prompt, tokens) =>
      timed(async (onToken) => {
        const { ids } = await session.generate({ prompt, frames: [] }, { maximumTokens: tokens, onToken });
        return ids;
      }),
    close: async () => await session.dispose(),
  };
}

/** As far as it is used. It is installed beside this file only. */
interface Library {
  readonly env: { allowRemoteModels: boolean };
  readonly Tensor: new (type: string, data: BigInt64Array, dims: readonly number[]) => { tolist(): bigint[][] };
  readonly BaseStreamer: new () => { put(value: bigint[][]): void; end(): void };
  readonly AutoModelForCausalLM: {
    from_pretrained(
      folder: string,
      options: Readonly<Record<string, unknown>>,
    ): Promise<{ generate(options: Readonly<Record<string, unknown>>): Promise<{ tolist(): bigint[][] }> }>;
  };
}

async function openTheirs(folder: string, threads: number): Promise<{ write: Write }> {
  const path = join(import.meta.dirname, "node_modules/@huggingface/transformers/dist/transformers.node.mjs");
  const { env, Tensor, BaseStreamer, AutoModelForCausalLM } = (await import(path)) as Library;
  env.allowRemoteModels = false;
  const sessionOptions = threads > 0 ? { intraOpNumThreads: threads } : {};
  const model = await AutoModelForCausalLM.from_pretrained(folder, {
    ...{ device: "cpu", dtype: "fp32", session_options: sessionOptions, local_files_only: true },
  });
  const integers = (values: readonly number[]) =>
    new Tensor("int64", BigInt64Array.from(values, BigInt), [1, values.length]);
  return {
    write: (prompt, tokens) =>
      timed(async (onToken) => {
        let given = true;
        const streamer = new (class extends BaseStreamer {
          override put() {
            if (!given) onToken();
            given = false;
          }
          override end() {}
        })();
        const inputs = { input_ids: integers(prompt), attention_mask: integers(prompt.map(() => 1)) };
        const limits = { max_new_tokens: tokens, min_new_tokens: tokens, do_sample: false };
        const written = await model.generate({ ...inputs, ...limits, streamer });
        return (written.tolist()[0] ?? []).slice(prompt.length).map(Number);
      }),
  };
}

/** Milliseconds of a token: by the clock between two, the median, and of the processor for one of all. */
function ratesOf(writings: readonly Writing[]) {
  const gaps = writings.flatMap(({ times }) => times.slice(1).map((time, index) => time - (times[index] ?? 0)));
  return {
    firstTokenMilliseconds: median(writings.map(({ times }) => times[0] ?? Number.NaN)),
    tokenMilliseconds: median(gaps),
    fastestTokenMilliseconds: Math.min(...gaps),
    processorMillisecondsPerToken: median(writings.map(({ processor, ids }) => processor / ids.length)),
  };
}

export async function benchDecode({ shape, layers, context, tokens, repeats, threads }: DecodeOptions) {
  const library = join(import.meta.dirname, "node_modules", "@huggingface", "transformers", "package.json");
  if (!existsSync(library)) throw new Error("Install transformers.js first: npm ci --prefix bench/transformers-js");
  const found = SHAPES[shape as DecodeShape];
  if (!found) throw new Error(`--shape takes ${Object.keys(SHAPES).join(" or ")}.`);
  const folder = await mkdtemp(join(tmpdir(), "pivotscope-decode-"));
  const [own, exported] = [join(folder, "own"), join(folder, "exported")];
  try {
    const config = JSON.stringify({ ...found, num_hidden_layers: layers });
    await mkdir(own);
    writeRandomCheckpoint({ folder: own, config, tensors: modelShapes(config), dtype: "F32" });
    await writeFile(join(own, "generation_config.json"), JSON.stringify({ eos_token_id: found.eos_token_id }));
    await exportCheckpoint(own, exported);
    const ours = await openOurs(own, threads);
    const theirs = await openTheirs(exported, threads);
    const prompt = Array.from({ length: context }, (_, token) => (7919 * token + 13) % 100_000);
    const writings: Record<"ours" | "theirs", Writing[]> = { ours: [], theirs: [] };
    // The first run of each compiles graphs.
    await ours.write(prompt, 2);
    await theirs.write(prompt, 2);
    for (let repeat = 0; repeat < repeats; repeat++) {
      writings.ours.push(await ours.write(prompt, tokens));
      writings.theirs.push(await theirs.write(prompt, tokens));
    }
    await ours.close();
    const rates = { ours: ratesOf(writings.ours), theirs: ratesOf(writings.theirs) };
    const keys = Object.keys(rates.ours) as (keyof typeof rates.ours)[];
    return {
      ...{ shape, layers, context, tokens, repeats, threads },
      transformersJs: JSON.parse(await readFile(library, "utf8")).version as string,
      sameIds: writings.ours[0]?.ids.join() === writings.theirs[0]?.ids.join(),
      ...rates,
      // Above 1 where ours is faster.
      theirsToOurs: Object.fromEntries(keys.map((key) => [key, rates.theirs[key] / rates.ours[key]])),
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
