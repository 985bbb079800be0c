/**
 * How much goes through the graphs at once, from the sizes of the model and from what the device allows: samples in one
 * run of a layer, rows of logits, calibration batches side by side.
 *
 * The bytes below are estimates of what a graph's runtime holds at its worst moment, rounded up where the order of its
 * nodes is the runtime's choice. Small models always go in one group.
 */
import { invariant, PivotscopeError } from "../../core/errors.ts";
import type { Tower } from "../../core/unit.ts";
import { plural } from "../../core/words.ts";
import {
  type FrameRows,
  type LayerSpec,
  type LossTaps,
  type ModelDefinition,
  type ScoredWeight,
  type TextDefinition,
  type TowerDefinition,
  towersOf,
} from "../../models/architectures/definition.ts";
import type { Backend } from "../../runtime/backend.ts";

/** What a plan keeps to, in bytes. */
export interface MemoryLimits {
  /** Largest tensor that the device can bind; Infinity where there is no limit. */
  readonly largestBuffer: number;
  /** What the graph of one layer may hold inside while it runs; a single sample may take more. */
  readonly layer: number;
  /** What a calibration run may keep between graphs; a single batch may take more. */
  readonly run: number;
  /** Logits and their gradients at one time. */
  readonly logits: number;
  /** How many times a KV cache is there while a token is written: once where it is written in place. */
  readonly caches: number;
  /** Patches of a frame up to which short batches are filled up with padding: above, padding costs too much. */
  readonly paddedPatches: number;
}

const MEBIBYTE = 2 ** 20;
const FLOAT = 4;

/** Bytes that plans keep to, by backend. In WebAssembly all of it has to lie in one heap of 4 GiB. */
const BUDGETS = {
  cpu: { layer: 768 * MEBIBYTE, run: 1024 * MEBIBYTE, logits: 256 * MEBIBYTE },
  webgpu: { layer: 1024 * MEBIBYTE, run: 1024 * MEBIBYTE, logits: 256 * MEBIBYTE },
} as const;

/** Memory of a GPU that nobody has stated the memory of, which WebGPU does not tell (project decision). */
export const ASSUMED_MEMORY = 8192 * MEBIBYTE;

/**
 * Into how many shares what the weights leave of a GPU is cut, of which a layer and a run get one each (project decision): one
 * more goes to copies of a layer's weights, taps and logits, the rest to what browser, system and runtime keep.
 */
const SHARES = 7;

/** Budgets go no lower, since smaller runs save nothing more: a single sample takes what it takes. */
const SMALLEST_BUDGET = 128 * MEBIBYTE;

/** What decides how much of a device there is for anything but weights. */
export interface DeviceMemory {
  /** Bytes of the weights on it. */
  readonly weights: number;
  /** Bytes that it has, as far as stated. */
  readonly memory?: number | null | undefined;
}

/** A frame of padding with more patches takes longer than compiling the graph of another size that does without it. */
const PADDED_PATCHES = 256;

/** The limits of `backend`; of a GPU whose weights leave little room they are tighter. */
export function memoryLimits(
  { kind, limits, writesInPlace }: Pick<Backend, "kind" | "limits" | "writesInPlace">,
  { weights, memory }: DeviceMemory = { weights: 0 },
): MemoryLimits {
  const budgets = BUDGETS[kind];
  const share = ((memory ?? ASSUMED_MEMORY) - weights) / SHARES;
  const most = kind === "cpu" ? Number.POSITIVE_INFINITY : Math.max(SMALLEST_BUDGET, share);
  return {
    layer: Math.min(budgets.layer, most),
    run: Math.min(budgets.run, most),
    logits: Math.min(budgets.logits, most / 4),
    largestBuffer: limits.largestBuffer,
    caches: writesInPlace ? 1 : 2,
    paddedPatches: PADDED_PATCHES,
  };
}

/** Sizes inside one layer of a tower. */
interface LayerSizes {
  readonly heads: number;
  readonly width: number;
  readonly queries: number;
  readonly keys: number;
  readonly inner: number;
}

function sizesOf({ width, headSize }: TowerDefinition, layer: LayerSpec): LayerSizes {
  const { attentionColumns: queries, mlpColumns: inner, scored } = layer;
  const keys = scored.find(({ slot }) => slot === "key")?.outputs ?? queries;
  return { heads: queries / headSize, width, queries, keys, inner };
}

/** A tower whose sequences have `tokens` tokens each. */
export interface Sequences {
  readonly tower: TowerDefinition;
  readonly tokens: number;
  /** Rows of pictures that some layers attend to instead; none when absent. */
  readonly states?: number;
}

/** `tokens` of a vision tower: patches of a frame. */
export function sequencesOf(definition: ModelDefinition, name: Tower, tokens: number): Sequences {
  const tower = towersOf(definition).find((candidate) => candidate.tower === name);
  invariant(tower, `This model has no ${name} tower.`);
  const { vision } = definition;
  const attended = name === "text" && vision?.entrance === "attention";
  return attended ? { tower, tokens, states: vision.largestFrame.patches } : { tower, tokens };
}

/** What the layer needs that needs the most. */
function ofLargestLayer({ tower }: Sequences, need: (sizes: LayerSizes, layer: LayerSpec) => number): number {
  return Math.max(...tower.layers.map((layer) => need(sizesOf(tower, layer), layer)));
}

/** Bytes that the forward graph of one layer holds for one sample: the larger of its two modules. */
export function forwardBytes(sequences: Sequences): number {
  const { tokens, states = 0 } = sequences;
  return ofLargestLayer(sequences, ({ heads, width, queries, keys, inner }) => {
    const attention = 2 * (queries + 2 * keys) + 3 * heads * Math.max(tokens, states);
    const mlp = 5 * inner;
    return FLOAT * (tokens * (4 * width + Math.max(attention, mlp)) + states * (width + 4 * keys));
  });
}

/** Bytes that the backward graph of one layer holds for one sample: the whole forward pass, and every loss beside it. */
export function backwardBytes(sequences: Sequences, losses: number): number {
  const { tokens, states = 0 } = sequences;
  return ofLargestLayer(sequences, ({ heads, width, queries, keys, inner }) => {
    const scores = heads * Math.max(tokens, states);
    const forward = 8 * width + 3 * (queries + 2 * keys) + 2 * scores + 6 * inner;
    const loss = 6 * width + 2 * (queries + 2 * keys) + 3 * scores + 3 * inner;
    const ofStates = width + 6 * keys + losses * (width + 4 * keys);
    return FLOAT * (tokens * (forward + losses * loss) + states * ofStates);
  });
}

/** Bytes of the largest tensor inside one layer, for one sample. */
export function widestBytes(sequences: Sequences): number {
  const { tokens, states = 0 } = sequences;
  return ofLargestLayer(sequences, ({ heads, width, queries, keys, inner }) => {
    const ofTokens = tokens * Math.max(heads * Math.max(tokens, states), width, queries, inner);
    return FLOAT * Math.max(ofTokens, states * Math.max(width, keys));
  });
}

/** Rows that go into a matrix for one sample. */
function rowsOf({ tokens, states = 0 }: Sequences, { ofPictures = false }: ScoredWeight): number {
  return ofPictures ? states : tokens;
}

/** Bytes that the backward pass of one layer leaves for one sample. */
export function tapBytes(sequences: Sequences, losses: readonly LossTaps[]): number {
  const sum = (numbers: Iterable<number>) => [...numbers].reduce((total, number) => total + number, 0);
  const { tokens } = sequences;
  const outputs = (chosen: readonly ScoredWeight[]) =>
    sum(chosen.map((scored) => rowsOf(sequences, scored) * scored.outputs));
  return ofLargestLayer(sequences, ({ width, queries, inner }, { scored }) => {
    const inputs = new Map(scored.map((matrix) => [matrix.inputTap, rowsOf(sequences, matrix) * matrix.inputs]));
    const perLoss: Readonly<Record<LossTaps, number>> = {
      matrices: outputs(scored),
      attributed: outputs(scored.filter(({ attributed }) => attributed)),
      columns: tokens * (queries + inner),
    };
    const gradients = sum(losses.map((loss) => tokens * width + perLoss[loss]));
    return FLOAT * (sum(inputs.values()) + gradients);
  });
}

/** Bytes of the largest matrix that a scoring kernel reads, for one sample. */
function scoredBytes(sequences: Sequences): number {
  return ofLargestLayer(sequences, (_, { scored }) => {
    return FLOAT * Math.max(...scored.map((one) => rowsOf(sequences, one) * Math.max(one.inputs, one.outputs)));
  });
}

/** Samples that may go through one graph at once, at least 1. `losses` is 0 for a forward pass. */
export function samplesAtOnce(sequences: Sequences, losses: number, limits: MemoryLimits): number {
  const bytes = losses > 0 ? backwardBytes(sequences, losses) : forwardBytes(sequences);
  const inBuffer = Math.floor(limits.largestBuffer / widestBytes(sequences));
  return Math.max(1, Math.min(inBuffer, Math.floor(limits.layer / bytes)));
}

/**
 * Samples that may be written at once, a power of two because batches are padded to one: as many as go through a layer
 * and as have room for what the model remembers of `tokens` tokens, keys and values of every layer. Attention over a
 * prompt makes scores for all of that room.
 */
export function samplesWritten(
  definition: ModelDefinition,
  prompt: number,
  tokens: number,
  limits: MemoryLimits,
): number {
  const { layers, headSize } = definition.text;
  const sequences = sequencesOf(definition, "text", prompt);
  const units = layers.map(({ shape }) => shape.attentionUnits);
  const room = FLOAT * headSize * tokens;
  const remembered = 2 * units.reduce((sum, count) => sum + count, 0) * room * limits.caches;
  const scores = FLOAT * prompt * tokens * ofLargestLayer(sequences, ({ heads }) => heads);
  const fitting = Math.min(
    samplesAtOnce(sequences, 0, limits),
    Math.floor(limits.run / remembered),
    Math.floor(limits.layer / scores),
    Math.floor(limits.largestBuffer / (room * Math.max(...units))),
  );
  return 2 ** Math.floor(Math.log2(Math.max(1, fitting)));
}

/**
 * Throws `out-of-memory` when not even one sequence goes through a layer, because its attention alone exceeds the largest
 * buffer; names both numbers and how many tokens would fit.
 */
export function checkSequence(sequences: Sequences, limits: MemoryLimits): void {
  const bytes = widestBytes(sequences);
  if (bytes <= limits.largestBuffer) return;
  const heads = ofLargestLayer(sequences, (sizes) => sizes.heads);
  const scores = limits.largestBuffer / (FLOAT * heads);
  const fitting = Math.floor(Math.min(Math.sqrt(scores), scores / Math.max(1, sequences.states ?? 0)));
  throw new PivotscopeError(
    "out-of-memory",
    `A sequence of ${sequences.tokens} tokens takes a buffer of ${inMebibytes(bytes)}; this GPU allows ${inMebibytes(limits.largestBuffer)}.`,
    `Keep prompt and reasoning to ${fitting} tokens together, do not split the picture, or use the cpu backend.`,
  );
}

/** Sizes of the groups that `count` samples go in, at most `limit` each: few different sizes, each of which is a graph. */
export function groupSizes(count: number, limit: number): readonly number[] {
  if (count <= limit) return [count];
  // A divisor that is not much smaller than the limit gives one size of graph instead of two.
  const near = Array.from({ length: Math.ceil(limit / 2) }, (_, less) => limit - less);
  const size = near.find((candidate) => count % candidate === 0) ?? limit;
  const sizes = Array.from({ length: Math.floor(count / size) }, () => size);
  return count % size === 0 ? sizes : [...sizes, count % size];
}

/** Rows of logits at a time. `copies`: how many matrices of this size are held at once. */
export function logitRows(vocabulary: number, copies: number, { largestBuffer, logits }: MemoryLimits): number {
  const row = vocabulary * FLOAT;
  return Math.max(1, Math.min(Math.floor(largestBuffer / row), Math.floor(logits / (copies * row))));
}

/** Most bytes of a table's part that measuring widens at a time: more parts are more products, each smaller. */
export const WIDENED_BYTES = 256 * MEBIBYTE;

/** Parts that tables of the vocabulary are cut into so that each fits `largestBuffer` as float32. */
export function vocabularyParts(
  { embeddingRows, width }: Pick<TextDefinition, "embeddingRows" | "width">,
  largestBuffer: number,
): number {
  const rows = Math.floor(largestBuffer / (width * FLOAT));
  return rows >= embeddingRows ? 1 : Math.ceil(embeddingRows / Math.max(1, rows));
}

/** What calibration goes through. */
export interface CalibrationWork {
  /** Longest prompt and trace together. */
  readonly tokens: number;
  /** Most patches of a frame; 0 without pictures. */
  readonly patches: number;
  readonly batchSize: number;
  readonly losses: readonly LossTaps[];
}

/** Bytes that calibration keeps of one sample between graphs: what went into each layer, and what one layer leaves. */
export function sampleBytes(definition: ModelDefinition, { tokens, patches, losses }: CalibrationWork): number {
  const towers = calibratedTowers(definition, tokens, patches);
  // States that layers attend to are kept beside the hidden states, with one gradient a loss.
  const inputs = towers.reduce((sum, { tower, tokens: length, states = 0 }) => {
    const rows = tower.layers.length * length + (1 + losses.length) * states;
    return sum + rows * tower.width * FLOAT;
  }, 0);
  return inputs + Math.max(...towers.map((sequences) => tapBytes(sequences, losses)));
}

/**
 * Calibration batches that go through the graphs together: at most `wanted`, at least 1.
 *
 * Throws `out-of-memory` when one batch exceeds the largest buffer, since its samples' gradients add up inside one kernel;
 * names both numbers and the largest batch size that fits.
 */
export function batchesPerRun(
  definition: ModelDefinition,
  work: CalibrationWork,
  wanted: number,
  limits: MemoryLimits,
): number {
  const towers = calibratedTowers(definition, work.tokens, work.patches);
  for (const sequences of towers) checkSequence(sequences, limits);
  const matrix = Math.max(...towers.map(scoredBytes));
  const samplesInBuffer = Math.floor(limits.largestBuffer / matrix);
  if (work.batchSize > samplesInBuffer) {
    throw new PivotscopeError(
      "out-of-memory",
      `A calibration batch of ${plural(work.batchSize, "sample")} takes a buffer of ${inMebibytes(work.batchSize * matrix)}; this GPU allows ${inMebibytes(limits.largestBuffer)}.`,
      samplesInBuffer > 0
        ? `Use a batch size of ${samplesInBuffer} or less, or the cpu backend.`
        : "Use shorter samples, or the cpu backend.",
    );
  }
  const affordable = Math.floor(limits.run / (work.batchSize * sampleBytes(definition, work)));
  return Math.max(1, Math.min(wanted, affordable, Math.floor(samplesInBuffer / work.batchSize)));
}

function calibratedTowers(definition: ModelDefinition, tokens: number, patches: number): Sequences[] {
  const text = sequencesOf(definition, "text", tokens);
  return patches > 0 ? [text, sequencesOf(definition, "vision", patches)] : [text];
}

/** Whether short batches of frames of `patches` rows are filled up with padding, so that few sizes of graphs are compiled. */
export function padsFrames({ patches }: Pick<FrameRows, "patches">, { paddedPatches }: MemoryLimits): boolean {
  return patches <= paddedPatches;
}

function inMebibytes(bytes: number): string {
  return `${(bytes / MEBIBYTE).toLocaleString("en-US", { maximumFractionDigits: 1 })} MiB`;
}
