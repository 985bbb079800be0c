/**
 * Compares the fused graphs that text is written with to the layers' own graphs on the device at hand, before a model
 * uses them.
 *
 * onnxruntime chooses its kernels for attention by the GPU's features, head size, batch and whether there is a cache, and
 * those for normalisation by the width, so that a GPU may run kernels that no test of ours ran. A model of two layers
 * with this model's heads and width, fewer heads and a narrow MLP, goes through what writes text: a first pass and two
 * tokens, for one sample and for two of different lengths. What the layers' graphs give in float32 for whole sequences
 * is taken for right: measurements use them on any device.
 */
import { invariant, PivotscopeError } from "../core/errors.ts";
import { widenFloat16 } from "../core/float16.ts";
import type { ModelDefinition } from "../models/architectures/definition.ts";
import { llamaDefinition } from "../models/architectures/llama.ts";
import { weightType } from "../models/architectures/mixed-precision.ts";
import type { LlamaConfig } from "../models/config.ts";
import type { Backend, Feeds, Program, Tensor } from "../runtime/backend.ts";
import type { Precision } from "./contract.ts";
import { runTower, sequenceFeeds } from "./forward.ts";
import { createFusedLayers } from "./generate-fused.ts";
import type { Row } from "./generation-rows.ts";
import { allowedError, judgeError, type PrecisionError, precisionError } from "./half-precision-error.ts";
import { createMasks, type MaskSet } from "./masks.ts";
import { type Model, modelLayout } from "./model.ts";
import { createNumbers, type RandomNumbers, randomWeights } from "./random-weights.ts";
import type { SelfCheckResult } from "./self-check.ts";

const LAYERS = 2;
const MLP_WIDTH = 64;

/** Real tokens of the first pass: a number that no tile divides and that fills more than one tile of 64, and fewer. */
const LENGTHS = [71, 38];

/** Tokens behind the first pass: one on what it left, one on what a step left. */
const STEPS = 2;

/**
 * In float32, the largest difference as a share of the largest number: sums in another order differ by some 10⁻⁶, fast
 * exponential functions by some 10⁻⁵, and a wrong slot or mask by more than a tenth (project decision).
 */
const TOLERANCE = 1e-3;

/** Sharpens attention to a few slots, so that a wrong slot is not lost in an average over all. */
const QUERY_SCALE = 3;

/** A random model that has what the fused graphs depend on. `release` gives back all it has taken. */
function createSmallModel(
  backend: Backend,
  config: LlamaConfig,
  precision: Precision,
  numbers: RandomNumbers,
): { readonly model: Model; readonly release: () => Promise<void> } {
  const keyValueHeads = Math.min(2, config.keyValueHeads);
  const small: LlamaConfig = {
    ...config,
    vocabularySize: 2,
    intermediateSize: MLP_WIDTH,
    layers: LAYERS,
    heads: (keyValueHeads * config.heads) / config.keyValueHeads,
    keyValueHeads,
    maximumPositions: Math.max(...LENGTHS) + STEPS,
  };
  const text = llamaDefinition(small, { prefix: "check", head: "head" });
  const definition: ModelDefinition = { architecture: "llama", text, vision: null };
  const layers: Feeds[] = Array.from({ length: LAYERS }, (_, layer) => {
    const slots = text.layerWeights(layer);
    const weights = randomWeights(slots, numbers, (input) => (input === "query" ? QUERY_SCALE : 1));
    return Object.fromEntries(
      slots.map(({ input, shape }) => {
        const stored = weights.get(input) ?? new Float32Array();
        const single = weightType(shape, precision) === "float32" && stored instanceof Uint16Array;
        return [input, backend.upload(single ? widenFloat16(stored) : stored, shape)];
      }),
    );
  });
  const programs = new Map<string, Promise<Program>>();
  return {
    model: {
      backend,
      definition,
      layout: modelLayout(definition),
      precision,
      generationWay: "fused",
      weightHash: "",
      imageTokenId: null,
      layerFeeds: (_, layer) => layers[layer] ?? {},
      outerFeeds: {},
      program(key, build) {
        const program = programs.get(key) ?? backend.compile(build());
        programs.set(key, program);
        return program;
      },
    },
    async release() {
      for (const feeds of layers) backend.release(...Object.values(feeds));
      for (const compiled of programs.values()) {
        const program = await compiled.catch(() => null);
        if (program) await backend.discard(program);
      }
    },
  };
}

/** A sample's hidden states [length + STEPS, width] before the first layer, and how many are of the first pass. */
interface Sequence {
  readonly length: number;
  readonly states: Float32Array;
}

interface Run {
  readonly model: Model;
  readonly masks: MaskSet;
  readonly signal: AbortSignal | undefined;
}

async function readAndRelease({ backend }: Model, tensor: Tensor): Promise<Float32Array> {
  try {
    return await backend.read(tensor);
  } finally {
    backend.release(tensor);
  }
}

/** The last layer's hidden states of the whole sequence, by the layers' own graphs, in float32. */
async function statesByLayers({ model, masks, signal }: Run, { states }: Sequence): Promise<Float32Array> {
  const { width } = model.definition.text;
  const tokens = states.length / width;
  const shared = sequenceFeeds(model, tokens);
  try {
    const hidden = [model.backend.upload(states, [tokens, width])];
    const last = (await runTower(model, hidden, { tower: "text", groups: [1], masks, shared, signal })).hidden[0];
    invariant(last, "A tower gives hidden states.");
    return await readAndRelease(model, last);
  } finally {
    model.backend.release(...Object.values(shared));
  }
}

/** The parts one after another. */
function joined(parts: readonly Float32Array[]): Float32Array {
  const all = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let start = 0;
  for (const part of parts) {
    all.set(part, start);
    start += part.length;
  }
  return all;
}

/** What each pass gives for the real tokens of `sequences`, sample after sample, of whole sequences' states. */
function passesOf(sequences: readonly Sequence[], states: readonly Float32Array[], width: number): Float32Array[] {
  return Array.from({ length: 1 + STEPS }, (_, pass) =>
    joined(
      sequences.map(({ length }, sample) => {
        const [first, end] = pass === 0 ? [0, length] : [length + pass - 1, length + pass];
        return states[sample]?.subarray(first * width, end * width) ?? new Float32Array();
      }),
    ),
  );
}

/** The same by the fused graphs, with all sequences in one batch. */
async function passesByFusedGraphs({ model, masks, signal }: Run, sequences: readonly Sequence[]) {
  const { backend, definition } = model;
  const { width } = definition.text;
  const tokens = Math.max(...sequences.map(({ length }) => length));
  const rows = sequences.map(
    ({ length }, place): Row => ({
      place,
      input: { prompt: Array.from({ length }, () => 0), frames: [] },
      ids: [],
      limit: STEPS,
      prefilled: length,
    }),
  );
  const inputs = passesOf(
    sequences,
    sequences.map(({ states }) => states),
    width,
  );
  const padded = new Float32Array(rows.length * tokens * width);
  sequences.forEach(({ length, states }, sample) => {
    padded.set(states.subarray(0, length * width), sample * tokens * width);
  });
  const layers = createFusedLayers(model, { masks, signal });
  try {
    const hidden = await layers.prefill(rows, backend.upload(padded, [rows.length * tokens, width]));
    const states = await readAndRelease(model, hidden);
    const found = [
      joined(
        sequences.map(({ length }, sample) =>
          states.subarray(sample * tokens * width, (sample * tokens + length) * width),
        ),
      ),
    ];
    for (const input of inputs.slice(1)) {
      const last = await layers.step(rows, backend.upload(input, [rows.length, width]));
      found.push(await readAndRelease(model, last));
    }
    return found;
  } finally {
    layers.release();
  }
}

/** What the order of sums, and in half precision rounding, explains. */
function allowedDifference({ definition, precision }: Model, expected: Float32Array): PrecisionError {
  const { layers, width, attentionColumns, mlpColumns } = definition.text;
  if (precision === "float16") {
    // Attention itself is computed in float32; the terms are those of the products in half precision before and behind.
    const terms = [width, attentionColumns, width, mlpColumns];
    return allowedError(Array.from({ length: layers }, () => terms).flat());
  }
  const largest = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const rootMeanSquare = Math.sqrt(expected.reduce((sum, value) => sum + value * value, 0) / expected.length);
  const share = (TOLERANCE * largest) / rootMeanSquare;
  return { typical: share, largest: share };
}

async function compare(run: Run, sequences: readonly Sequence[]): Promise<SelfCheckResult> {
  const { width } = run.model.definition.text;
  const wanted: Float32Array[] = [];
  for (const sequence of sequences) wanted.push(await statesByLayers(run, sequence));
  for (let count = 1; count <= sequences.length; count++) {
    const batch = sequences.slice(0, count);
    let found: Float32Array[];
    try {
      found = await passesByFusedGraphs(run, batch);
    } catch (error) {
      if (error instanceof PivotscopeError && ["cancelled", "device-lost"].includes(error.code)) throw error;
      return `A fused graph does not run: ${error instanceof Error ? error.message : String(error)}`;
    }
    for (const [pass, expected] of passesOf(batch, wanted, width).entries()) {
      const error = precisionError(found[pass] ?? new Float32Array(), expected);
      const place = pass === 0 ? "the first pass" : `token ${pass} behind it`;
      const what = `hidden states of ${place} in a batch of ${count}`;
      const message = judgeError(what, error, allowedDifference(run.model, expected));
      if (message !== null) return message;
    }
  }
  return null;
}

/**
 * Runs the check for a decoder of `config`, which has fused graphs, written in `precision`. Takes one or two seconds at
 * most; nothing stays allocated. Returns null where the fused graphs are right, else one sentence that says what is off.
 * Throws `cancelled` and `device-lost`, and whatever the layers' own graphs throw; any other failure is a result.
 */
export async function checkFusedGeneration(
  backend: Backend,
  config: LlamaConfig,
  precision: Precision,
  signal?: AbortSignal,
): Promise<SelfCheckResult> {
  const numbers = createNumbers();
  const { model, release } = createSmallModel(backend, config, precision, numbers);
  try {
    const masks = createMasks(model, null);
    try {
      const sequences = LENGTHS.map((length) => ({
        length,
        states: numbers((length + STEPS) * model.definition.text.width, 1),
      }));
      return await compare({ model, masks, signal }, sequences);
    } finally {
      masks.release();
    }
  } finally {
    await release();
  }
}
