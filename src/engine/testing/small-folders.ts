/**
 * Checkpoints on the disk with real shapes and random weights: an Idefics3 with grouped queries and a vision tower, a Llama
 * without, each with the bundled model's tokenizer; plans that cut them unevenly; and what the engine makes of them. Tests only.
 */
import "../../models/testing/every-architecture.ts";
import { join } from "node:path";
import { defaultParameters } from "../../core/parameters.ts";
import { createPlan, type Plan } from "../../core/plan.ts";
import { createRandom } from "../../core/random.ts";
import { removedShare } from "../../core/removed-share.ts";
import type { ModelDefinition } from "../../models/architectures/definition.ts";
import { parseModelConfig } from "../../models/architectures/registry.ts";
import { uniqueTensors } from "../../models/architectures/weight-slots.ts";
import { type RandomCheckpointOptions, writeRandomCheckpoint } from "../../models/testing/random-checkpoint.ts";
import { projectRoot } from "../../testing/shared.ts";
import { defineModel } from "../load/create-model.ts";
import { framesOfTokens } from "../load/prepare-input.ts";
import { createBatch, type PreparedInput } from "../pass/batch.ts";
import { traceLogits } from "../pass/last-states.ts";
import type { MaskSet } from "../pass/masks.ts";
import { columnsOf, layerOf, towerOf } from "../pass/towers.ts";
import type { Session } from "../session.ts";

export const BUNDLED = join(projectRoot, "public", "models", "scenes");

const TEXT = {
  model_type: "llama",
  vocab_size: 640,
  hidden_size: 96,
  intermediate_size: 112,
  num_hidden_layers: 3,
  num_attention_heads: 12,
  num_key_value_heads: 4,
  head_dim: 16,
  hidden_act: "silu",
  rms_norm_eps: 1e-5,
  max_position_embeddings: 128,
  bos_token_id: 1,
  eos_token_id: 2,
  pad_token_id: 6,
  rope_theta: 10_000,
};

const VISION = {
  model_type: "idefics3_vision",
  hidden_size: 64,
  intermediate_size: 80,
  num_hidden_layers: 2,
  num_attention_heads: 4,
  image_size: 96,
  patch_size: 8,
  hidden_act: "gelu_pytorch_tanh",
  layer_norm_eps: 1e-6,
};

const CONFIGS = {
  idefics3: {
    architectures: ["Idefics3ForConditionalGeneration"],
    model_type: "idefics3",
    image_token_id: 5,
    scale_factor: 4,
    tie_word_embeddings: true,
    pad_token_id: 6,
    text_config: { ...TEXT, tie_word_embeddings: true },
    vision_config: VISION,
  },
  llama: { architectures: ["LlamaForCausalLM"], ...TEXT, tie_word_embeddings: false },
  qwen2: { architectures: ["Qwen2ForCausalLM"], ...TEXT, model_type: "qwen2", head_dim: undefined, hidden_size: 192 },
  qwen3: { architectures: ["Qwen3ForCausalLM"], ...TEXT, model_type: "qwen3", tie_word_embeddings: true },
  "gemma3-text": {
    ...{ architectures: ["Gemma3ForCausalLM"], ...TEXT, model_type: "gemma3_text", hidden_act: undefined },
    ...{ query_pre_attn_scalar: 10, sliding_window: 5, sliding_window_pattern: 2, rope_local_base_freq: 100 },
  },
};

export type SmallKind = keyof typeof CONFIGS;
export const SMALL_KINDS = Object.keys(CONFIGS) as SmallKind[];
/** Those whose exports programs in Python and llama.cpp open in tests. */
export const OPENED_KINDS = ["idefics3", "llama"] as const satisfies readonly SmallKind[];

/** Writes such a checkpoint in float32 into `folder`; `change` may change its config. */
export function writeSmallFolder(
  kind: SmallKind,
  folder: string,
  options: Partial<RandomCheckpointOptions> & { readonly change?: (config: Record<string, unknown>) => void } = {},
): string {
  const { change, ...rest } = options;
  const config: Record<string, unknown> = structuredClone(CONFIGS[kind]);
  change?.(config);
  const text = JSON.stringify(config);
  const tensors = uniqueTensors(defineModel(parseModelConfig(text))).map(({ tensor, shape }) => ({
    name: tensor,
    shape,
  }));
  writeRandomCheckpoint({ folder, config: text, tensors, dtype: "F32", copyFrom: BUNDLED, ...rest });
  return folder;
}

export interface UnevenPlan {
  readonly seed?: number;
  readonly compensated?: boolean;
  /** Units that a module of so many keeps at layer `layer`; else an uneven share that leaves at least one. */
  readonly kept?: (units: number, layer: number, kind: "attn" | "mlp") => number;
}

/** A plan of random units with another number in every layer, for the model of a session. */
export function unevenPlan(
  { model, summary }: Session,
  { seed = 5, compensated = false, kept = unevenly }: UnevenPlan = {},
): Plan {
  const random = createRandom(seed);
  const { layout } = summary;
  const keep = Uint8Array.from(
    layout.modules.flatMap(({ unitCount, layer, kind }) => {
      const drawn = Array.from({ length: unitCount }, (_, unit) => ({ unit, order: random.next() }));
      const stay = new Set(
        drawn
          .sort((a, b) => a.order - b.order)
          .slice(0, kept(unitCount, layer, kind))
          .map(({ unit }) => unit),
      );
      return Array.from({ length: unitCount }, (_, unit) => Number(stay.has(unit)));
    }),
  );
  const inputColumns = Uint32Array.from(layout.modules, ({ tower, layer, kind }) =>
    columnsOf(layerOf(towerOf(model, tower), layer), kind),
  );
  const columns = inputColumns.reduce((sum, one) => sum + one, 0);
  const meanInputs = compensated ? Float32Array.from({ length: columns }, () => random.normal() / 2) : null;
  const reachedRatio = removedShare(layout, keep);
  return createPlan(
    layout,
    { keep, values: new Float64Array(layout.unitCount), reachedRatio, meanInputs, inputColumns },
    { model: summary, method: "flap", parameters: defaultParameters(), askedRatio: reachedRatio },
  );
}

/** 1, 2, 3, … of few units; a third and more of many. */
function unevenly(units: number, layer: number): number {
  return units <= 4 ? 1 + (layer % (units - 1)) : Math.floor(units / 3) + 7 * layer;
}

/** A prompt of ids with a picture where the model has a vision tower, and the picture as transformers takes it. */
export function smallSample(definition: Pick<ModelDefinition, "vision">, seed = 3) {
  const random = createRandom(seed);
  const words = (count: number) => Array.from({ length: count }, () => 20 + random.integer(600));
  const { vision } = definition;
  if (vision === null) {
    const input: PreparedInput = { prompt: [1, ...words(30)], frames: [] };
    return { input, pixels: null, shape: null };
  }
  const [channels = 0, height = 0, width = 0] = vision.pixelShape;
  const shape = [1, channels, height, width] as const;
  const pixels = Float32Array.from({ length: channels * height * width }, () => random.next() * 2 - 1);
  const image = new Array<number>(vision.largestFrame.tokens).fill(vision.imageTokenId);
  const prompt = [1, ...words(6), ...image, ...words(20)];
  const frames = framesOfTokens(vision, { prompt, pixelValues: pixels, pixelShape: shape });
  return { input: { prompt, frames } satisfies PreparedInput, pixels, shape };
}

/** Logits of every position of a prompt, one row after another. */
export async function promptLogits({ model }: Session, { prompt, frames }: PreparedInput, masks: MaskSet) {
  const batch = createBatch([{ prompt, frames, trace: [2], pivots: [] }], model.imageTokenId);
  const rows = Int32Array.from(prompt.keys());
  const logits = await traceLogits(model, batch, masks, undefined, rows);
  const found = await model.backend.read(logits);
  model.backend.release(logits);
  return Float32Array.from(found);
}

/** Largest difference of two lists, infinite where they differ in length. */
export function largestDifference(found: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (found.length !== expected.length) return Number.POSITIVE_INFINITY;
  let largest = 0;
  for (let index = 0; index < found.length; index++) {
    const difference = Math.abs((found[index] ?? Number.NaN) - (expected[index] ?? Number.NaN));
    if (!(difference <= largest)) largest = difference;
  }
  return largest;
}
