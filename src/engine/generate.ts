/**
 * Greedy generation with a KV cache, for several samples at once: one pass over the prompts, then one token of each
 * sample at a time.
 *
 * Prompts of a batch may differ in length. They are padded on the right for the first pass, so the cache of a shorter
 * one has slots that hold padding; those get a huge negative bias in every later step, which makes their weight exactly
 * zero, and rotary positions count real tokens only. Samples that have finished are carried along until they are half of
 * the batch, then taken out of the cache.
 */
import { invariant, PivotscopeError, throwIfCancelled } from "../core/errors.ts";
import { type Feeds, output, type Tensor } from "../runtime/backend.ts";
import { createBatch, type PreparedInput, paddedSize } from "./batch.ts";
import { embedTokens, encodeFrames, framesOf, logitsAt, sequenceFeeds } from "./forward.ts";
import { compensationKey, type MaskSet } from "./masks.ts";
import type { Model } from "./model.ts";
import { paddingBias, rotaryTables } from "./rope.ts";

export interface SampleToGenerate {
  readonly input: PreparedInput;
  /** Trace ids that are taken as given. */
  readonly prefix: readonly number[];
  /** Length of the trace, prefix included, at which it is cut off. */
  readonly maximumTokens: number;
}

export interface BatchRequest {
  readonly samples: readonly SampleToGenerate[];
  readonly masks: MaskSet;
  readonly stopIds: readonly number[];
  readonly signal: AbortSignal | undefined;
  /** Called with each new id of a sample (its place in `samples`), the stop id included. */
  readonly onToken?: (sample: number, id: number) => void;
  /** Called once for each sample, when its trace is complete. */
  readonly onFinished?: (sample: number, generation: Generation) => void;
}

export interface GenerationRequest extends Omit<BatchRequest, "samples" | "onToken" | "onFinished"> {
  readonly sample: PreparedInput;
  readonly prefix: readonly number[];
  readonly maximumTokens: number;
  /** Called with each new id, the stop id included. */
  readonly onToken?: (id: number) => void;
}

export interface Generation {
  /** The whole trace: prefix and new ids, with the stop id when the model gave one. */
  readonly ids: readonly number[];
  readonly finish: "stop" | "length";
}

/** A sample that is being written. */
interface Row {
  readonly place: number;
  readonly input: PreparedInput;
  readonly ids: number[];
  readonly limit: number;
  /** Rows of the cache that the first pass filled with real tokens of this sample. */
  readonly prefilled: number;
}

/** The samples of a batch, null for padding and for those that have finished, and what the model remembers of them. */
interface Running {
  rows: (Row | null)[];
  readonly keys: Tensor[];
  readonly values: Tensor[];
  /** Slots of the cache that the first pass filled, padding included. */
  readonly prefilled: number;
  /** Slots that were added since. */
  steps: number;
}

/** Ids with the largest logit of each row; the divergence kernel finds them, so that logits stay where they are. */
async function argmaxOf(model: Model, logits: Tensor, rows: number): Promise<number[]> {
  const { backend } = model;
  const targets = backend.upload(new Int32Array(rows), [rows]);
  const result = backend.upload(new Float32Array(4 * rows), [rows, 4]);
  try {
    const vocabulary = model.definition.text.vocabularySize;
    backend.kernels.tokenDivergence({ reference: logits, pruned: logits, targets, rows, vocabulary, result });
    const values = await backend.read(result);
    return Array.from({ length: rows }, (_, row) => {
      const id = values[4 * row + 3];
      if (id !== undefined && Number.isInteger(id) && id >= 0) return id;
      throw new PivotscopeError(
        "internal",
        "The model's logits are not numbers.",
        "Lower the pruning ratio, or reload the model if this happens without pruning.",
      );
    });
  } finally {
    backend.release(targets, result);
  }
}

async function nextIds(model: Model, hidden: Tensor, positions: Int32Array): Promise<number[]> {
  const logits = await logitsAt(model, hidden, positions);
  try {
    return await argmaxOf(model, logits, positions.length);
  } finally {
    model.backend.release(logits);
  }
}

/** Runs one graph per layer that fills or grows the cache. Takes ownership of `hidden`; returns the last one. */
async function runLayers(
  model: Model,
  running: Running,
  request: BatchRequest,
  hidden: Tensor,
  graph: { readonly key: string; readonly build: (compensation: boolean) => Parameters<Model["program"]>[1] },
  shared: Feeds,
): Promise<Tensor> {
  const { backend, definition } = model;
  const { masks, signal } = request;
  const { keys, values } = running;
  let current = hidden;
  try {
    const program = await model.program(`${graph.key}${compensationKey(masks)}`, graph.build(masks.compensated));
    for (let layer = 0; layer < definition.text.layers; layer++) {
      throwIfCancelled(signal);
      const pastKey = keys[layer];
      const pastValue = values[layer];
      const outputs = await backend.run(program, {
        ...shared,
        ...model.layerFeeds("text", layer),
        ...masks.feeds("text", layer),
        hidden: current,
        ...(pastKey && pastValue ? { past_key: pastKey, past_value: pastValue } : {}),
      });
      backend.release(current);
      if (pastKey && pastValue) backend.release(pastKey, pastValue);
      current = output(outputs, "hidden_out");
      keys[layer] = output(outputs, "key_out");
      values[layer] = output(outputs, "value_out");
    }
    return current;
  } catch (error) {
    backend.release(current);
    throw error;
  }
}

/** Passes prompts and prefixes through the model and fills the cache. Returns the next id of every row. */
async function prefill(model: Model, request: BatchRequest, running: Running): Promise<number[]> {
  const { backend, definition } = model;
  const { rows } = running;
  const size = rows.length;
  const batch = createBatch(
    rows.map((row) => row && { ...row.input, prompt: [...row.input.prompt, ...row.ids], trace: [], pivots: [] }),
    model.imageTokenId,
  );
  const frames = framesOf(batch, size);
  const features = frames.length > 0 ? await encodeFrames(model, frames, request.masks, request.signal) : null;
  const shared = sequenceFeeds(model, batch.tokens);
  let hidden: Tensor | null = null;
  try {
    const graph = {
      key: `text prefill ${size}`,
      build: (compensation: boolean) => () => definition.text.forward(size, { cache: true, compensation }),
    };
    const embedded = await embedTokens(model, batch, features);
    hidden = await runLayers(model, running, request, embedded, graph, shared);
    const last = rows.map((row, index) => index * batch.tokens + (row ? row.prefilled - 1 : 0));
    return await nextIds(model, hidden, Int32Array.from(last));
  } finally {
    if (hidden) backend.release(hidden);
    if (features) backend.release(features);
    backend.release(...Object.values(shared));
  }
}

/** Rotary tables of every row's own position, and the bias on padding where the cache has any. */
function stepFeeds(
  model: Model,
  { rows, prefilled, steps }: Running,
): { feeds: Record<string, Tensor>; padded: boolean } {
  const { backend } = model;
  const { headSize, ropeTheta } = model.definition.text;
  const padded = rows.length > 1 || rows.some((row) => row && row.prefilled < prefilled);
  const tables = rows.map((row) => {
    const position = row ? row.input.prompt.length + row.ids.length - 1 : 0;
    return rotaryTables(position, 1, headSize, ropeTheta);
  });
  const joined = (name: "cosine" | "sine") => {
    const values = new Float32Array(rows.length * headSize);
    tables.forEach((table, index) => {
      values.set(table[name], index * headSize);
    });
    return backend.upload(values, padded ? [rows.length, 1, 1, headSize] : [1, headSize]);
  };
  const rope = { rope_cosine: joined("cosine"), rope_sine: joined("sine") };
  if (!padded) return { feeds: rope, padded };
  const slots = prefilled + steps + 1;
  const bias = paddingBias(
    rows.map((row) => row?.prefilled ?? prefilled),
    prefilled,
    slots,
  );
  return { feeds: { ...rope, attention_bias: backend.upload(bias, [rows.length, 1, 1, slots]) }, padded };
}

/** Passes the last id of every row through the model, grows the cache, and returns the next id of every row. */
async function step(model: Model, request: BatchRequest, running: Running): Promise<number[]> {
  const { backend, definition } = model;
  const size = running.rows.length;
  const ids = Int32Array.from(running.rows, (row) => row?.ids.at(-1) ?? 0);
  const rows = { ids, mergeIndex: new Int32Array(), imageRows: new Int32Array() };
  const { feeds, padded } = stepFeeds(model, running);
  let hidden: Tensor | null = null;
  try {
    const graph = {
      key: `text decode ${size} ${padded}`,
      build: (compensation: boolean) => () => definition.text.decode(size, { padded, compensation }),
    };
    hidden = await runLayers(model, running, request, await embedTokens(model, rows, null), graph, feeds);
    running.steps++;
    return await nextIds(
      model,
      hidden,
      Int32Array.from(ids, (_, index) => index),
    );
  } finally {
    if (hidden) backend.release(hidden);
    backend.release(...Object.values(feeds));
  }
}

/** Takes finished samples out of the batch when at most half of its rows are still being written. */
async function compact(model: Model, running: Running): Promise<void> {
  const { backend, definition } = model;
  const active = [...running.rows.keys()].filter((index) => running.rows[index] !== null);
  const size = paddedSize(active.length);
  if (size > running.rows.length / 2) return;
  const program = await model.program("text pick", () => definition.text.pickSamples());
  // Padding repeats the first sample's cache: it has to be something, and is never looked at.
  const places = Int32Array.from({ length: size }, (_, row) => active[row] ?? active[0] ?? 0);
  const index = backend.upload(places, [size]);
  try {
    for (const [layer, pastKey] of running.keys.entries()) {
      const pastValue = running.values[layer];
      invariant(pastValue, "The KV cache holds every layer.");
      const outputs = await backend.run(program, { past_key: pastKey, past_value: pastValue, index });
      backend.release(pastKey, pastValue);
      running.keys[layer] = output(outputs, "key_out");
      running.values[layer] = output(outputs, "value_out");
    }
  } finally {
    backend.release(index);
  }
  running.rows = Array.from({ length: size }, (_, row) => running.rows[active[row] ?? -1] ?? null);
}

/**
 * Generates greedily, each sample until a stop id or its `maximumTokens`. Returns one generation per sample, the same
 * as each sample alone would give up to rounding. Cancelling answers within one token. All samples run as one batch:
 * see `batchesOf` for how many that should be.
 */
export async function generateBatch(model: Model, request: BatchRequest): Promise<readonly Generation[]> {
  const generations: Generation[] = [];
  const finish = (place: number, ids: readonly number[], reason: Generation["finish"]) => {
    const generation = { ids, finish: reason };
    generations[place] = generation;
    request.onFinished?.(place, generation);
  };
  const isStop = (id: number | undefined) => id !== undefined && request.stopIds.includes(id);
  const rows: Row[] = [];
  for (const [place, { input, prefix, maximumTokens }] of request.samples.entries()) {
    const limit = Math.min(maximumTokens, model.definition.text.maximumTokens - input.prompt.length);
    if (isStop(prefix.at(-1))) finish(place, prefix, "stop");
    else if (prefix.length >= limit) finish(place, prefix, "length");
    else rows.push({ place, input, ids: [...prefix], limit, prefilled: input.prompt.length + prefix.length });
  }
  if (rows.length === 0) return generations;

  const running: Running = {
    rows: Array.from({ length: paddedSize(rows.length) }, (_, index) => rows[index] ?? null),
    keys: [],
    values: [],
    prefilled: Math.max(...rows.map((row) => row.prefilled)),
    steps: 0,
  };
  try {
    let next = await prefill(model, request, running);
    for (;;) {
      for (const [index, row] of running.rows.entries()) {
        const id = next[index];
        if (!row || id === undefined) continue;
        row.ids.push(id);
        request.onToken?.(row.place, id);
        const stopped = isStop(id);
        if (!stopped && row.ids.length < row.limit) continue;
        running.rows[index] = null;
        finish(row.place, row.ids, stopped ? "stop" : "length");
      }
      if (running.rows.every((row) => row === null)) return generations;
      throwIfCancelled(request.signal);
      await compact(model, running);
      next = await step(model, request, running);
    }
  } finally {
    model.backend.release(...running.keys, ...running.values);
  }
}

/** Generates one trace greedily until a stop id or `maximumTokens` trace ids. Cancelling answers within one token. */
export async function generateGreedy(model: Model, request: GenerationRequest): Promise<Generation> {
  const { sample, prefix, maximumTokens, onToken, ...rest } = request;
  const [generation] = await generateBatch(model, {
    ...rest,
    samples: [{ input: sample, prefix, maximumTokens }],
    ...(onToken ? { onToken: (_, id) => onToken(id) } : {}),
  });
  invariant(generation, "Every sample has a generation.");
  return generation;
}
