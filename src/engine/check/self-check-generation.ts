/**
 * Compares the fused graphs that text is written with to the layers' own graphs on the device at hand, before a model
 * uses them.
 *
 * onnxruntime chooses its kernels for attention by the GPU's features, head size, batch and whether there is a cache, and
 * those for normalisation by the width, so that a GPU may run kernels that no test of ours ran. A model of two layers
 * with this model's heads and width, fewer heads and a narrow MLP, goes through what writes text: a first pass and two
 * tokens, for one sample and for two of different lengths; of those the longer one then finishes, is carried along for one
 * token, for which the cache does not grow, and is taken out before the last one, which leaves more slots than are used.
 * What the layers' graphs give in float32 for whole sequences is taken for right: measurements use them on any device. The
 * compensation of pruned models is left out, because it would take compiling other graphs.
 */
import { invariant, PivotscopeError, reasonOf } from "../../core/errors.ts";
import type { Precision } from "../../graph/precision.ts";
import type { ModelConfig } from "../../models/architectures/registry.ts";
import { ANY_SEQUENCE } from "../../models/architectures/shared/rope.ts";
import type { Backend } from "../../runtime/backend.ts";
import { createFusedLayers } from "../generate/generate-fused.ts";
import type { Row } from "../generate/generation-rows.ts";
import type { SelfCheckResult } from "../load/self-check-result.ts";
import { layerFeeds } from "../pass/layer-feeds.ts";
import { createMasks, type MaskSet } from "../pass/masks.ts";
import type { Model } from "../pass/model.ts";
import { openScope } from "../pass/scope.ts";
import { pass } from "../pass/tower-run.ts";
import { allowedError, judgeError, type PrecisionError, precisionError } from "./half-precision-error.ts";
import { createNumbers } from "./random-weights.ts";
import { createSmallModel } from "./small-model.ts";

/** Real tokens of the first pass: a number that no tile divides and that fills more than one tile of 64, and fewer. */
const LENGTHS = [71, 38];

/** Tokens behind the first pass that all samples get: one on what it left, one on what a step left. */
const STEPS = 2;

/** Tokens that only the shorter sample gets: one beside the other, which has finished, one without it. */
const STEPS_ALONE = 2;

/**
 * In float32, the largest difference as a share of the largest number: sums in another order differ by some 10⁻⁶, fast
 * exponential functions by some 10⁻⁵, and a wrong slot or mask by more than a tenth (project decision).
 */
const TOLERANCE = 1e-3;

/** A sample's hidden states [tokens, width] before the first layer, and how many of them are of the first pass. */
interface Sequence {
  readonly length: number;
  readonly states: Float32Array;
}

interface Run {
  readonly model: Model;
  readonly masks: MaskSet;
  readonly signal: AbortSignal | undefined;
}

/** The last layer's hidden states of the whole sequence, by the layers' own graphs, in float32. */
async function statesByLayers({ model, masks, signal }: Run, { states }: Sequence): Promise<Float32Array> {
  const { backend, definition } = model;
  const { width } = definition.text;
  const tokens = states.length / width;
  using scope = openScope(backend);
  const shared = layerFeeds(scope, definition.text, [ANY_SEQUENCE], tokens, [1]);
  const hidden = [scope.upload(states, [tokens, width])];
  const [last] = (await pass(scope, model, "text", hidden, { groups: [1], masks, shared, signal })).hidden;
  invariant(last, "A tower gives hidden states.");
  return await backend.read(last);
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

/** What goes through the graph at once. */
interface Step {
  readonly name: string;
  /** Of each sample the tokens from `first` to before `end`; null where it has finished. */
  readonly spans: readonly ({ readonly first: number; readonly end: number } | null)[];
  /** Samples that have finished are taken out before. */
  readonly compact: boolean;
}

/** All passes over `sequences`, of which the first is the longest. */
function passesOf(sequences: readonly Sequence[]): Step[] {
  const step = (number: number, note: string, running: (sample: number) => boolean): Step => ({
    name: `token ${number} behind it${note}`,
    spans: sequences.map(({ length }, sample) =>
      running(sample) ? { first: length + number - 1, end: length + number } : null,
    ),
    compact: false,
  });
  const all = () => true;
  const last = (sample: number) => sample === sequences.length - 1;
  const together: Step[] = [
    { name: "the first pass", spans: sequences.map(({ length }) => ({ first: 0, end: length })), compact: false },
    ...Array.from({ length: STEPS }, (_, index) => step(index + 1, "", all)),
  ];
  if (sequences.length === 1) return together;
  return [
    ...together,
    step(STEPS + 1, ", the longest finished,", last),
    { ...step(STEPS + STEPS_ALONE, ", the longest taken out,", last), compact: true },
  ];
}

/** The rows of `states`, whole sequences' [tokens, width], that go through in `pass`, sample after sample. */
function rowsOf({ spans }: Step, states: readonly Float32Array[], width: number): Float32Array {
  return joined(
    spans.map((span, sample) => {
      if (span === null) return new Float32Array();
      return states[sample]?.subarray(span.first * width, span.end * width) ?? new Float32Array();
    }),
  );
}

/** What the fused graphs give in each of `passes`, with all sequences in one batch. */
async function passesByFusedGraphs(
  { model, masks, signal }: Run,
  sequences: readonly Sequence[],
  passes: readonly Step[],
): Promise<Float32Array[]> {
  const { backend, definition } = model;
  const { width } = definition.text;
  const tokens = Math.max(...sequences.map(({ length }) => length));
  const rows = sequences.map(
    ({ length }, place): Row => ({
      place,
      input: { prompt: Array.from({ length }, () => 0), frames: [] },
      ids: [],
      limit: STEPS + STEPS_ALONE,
      prefilled: length,
    }),
  );
  using layers = createFusedLayers(model, { masks, signal });
  /** Places in the batch of the samples that are in it. */
  let batch = [...rows.keys()];
  const run = async ({ spans, compact }: Step, first: boolean) => {
    const running = batch.filter((sample) => spans[sample]);
    if (compact) {
      await layers.pick(running.map((sample) => batch.indexOf(sample)));
      batch = running;
    }
    // Samples of the first pass are padded to the longest; one that has finished is fed zeros.
    const each = (first ? tokens : 1) * width;
    const input = new Float32Array(batch.length * each);
    for (const [row, sample] of batch.entries()) {
      const { first: start, end } = spans[sample] ?? { first: 0, end: 0 };
      input.set(sequences[sample]?.states.subarray(start * width, end * width) ?? [], row * each);
    }
    const hidden = backend.upload(input, [input.length / width, width]);
    const given = batch.map((sample) => (spans[sample] ? (rows[sample] ?? null) : null));
    const last = await (first ? layers.prefill(given, hidden) : layers.step(given, hidden));
    using scope = openScope(backend);
    const states = await backend.read(scope.own(last));
    return joined(
      batch.map((sample, row) => {
        const { first: start, end } = spans[sample] ?? { first: 0, end: 0 };
        return states.subarray(row * each, row * each + (end - start) * width);
      }),
    );
  };
  const found: Float32Array[] = [];
  for (const [index, each] of passes.entries()) found.push(await run(each, index === 0));
  return found;
}

/** What the order of sums, and in half precision rounding, explains. */
function allowedDifference({ definition, precision }: Model, expected: Float32Array): PrecisionError {
  const { layers, width } = definition.text;
  if (precision === "float16") {
    // Attention itself is computed in float32; the terms are those of the products in half precision before and behind.
    return allowedError(
      layers.flatMap(({ attentionColumns, mlpColumns }) => [width, attentionColumns, width, mlpColumns]),
    );
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
    const passes = passesOf(batch);
    let found: Float32Array[];
    try {
      found = await passesByFusedGraphs(run, batch, passes);
    } catch (error) {
      if (error instanceof PivotscopeError && ["cancelled", "device-lost"].includes(error.code)) throw error;
      return `A fused graph does not run: ${reasonOf(error)}`;
    }
    for (const [index, pass] of passes.entries()) {
      const expected = rowsOf(pass, wanted, width);
      const error = precisionError(found[index] ?? new Float32Array(), expected);
      const what = `hidden states of ${pass.name} in a batch of ${count}`;
      const message = judgeError(what, error, allowedDifference(run.model, expected));
      if (message !== null) return message;
    }
  }
  return null;
}

/** Runs layers of a small model of `config` once: what a device has to bear in any case. Throws what the backend throws. */
export async function runLayers(
  backend: Backend,
  config: ModelConfig,
  precision: Precision,
  signal?: AbortSignal,
): Promise<void> {
  const numbers = createNumbers();
  using scope = openScope(backend);
  const length = Math.min(...LENGTHS);
  const model = createSmallModel(scope, { config, precision, numbers, positions: length });
  try {
    using masks = createMasks(model, null);
    const states = numbers(length * model.definition.text.width, 1);
    await statesByLayers({ model, masks, signal }, { length, states });
  } finally {
    await model.programs.discard();
  }
}

/**
 * Runs the check for a model of `config`, which has fused graphs, written in `precision`. Takes one or two seconds at
 * most; nothing stays allocated. Returns null where the fused graphs are right, else one sentence that says what is off.
 * Throws `cancelled` and `device-lost`, and whatever the layers' own graphs throw; any other failure is a result.
 */
export async function checkFusedGeneration(
  backend: Backend,
  config: ModelConfig,
  precision: Precision,
  signal?: AbortSignal,
): Promise<SelfCheckResult> {
  const numbers = createNumbers();
  using scope = openScope(backend);
  const positions = Math.max(...LENGTHS) + STEPS + STEPS_ALONE;
  const model = createSmallModel(scope, { config, precision, numbers, positions });
  try {
    using masks = createMasks(model, null);
    const sequences = LENGTHS.map((length) => ({
      length,
      states: numbers((length + STEPS + STEPS_ALONE) * model.definition.text.width, 1),
    }));
    return await compare({ model, masks, signal }, sequences);
  } finally {
    await model.programs.discard();
  }
}
