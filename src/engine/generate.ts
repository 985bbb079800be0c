/** Greedy generation with a KV cache: one pass over the prompt, then one token at a time. */
import { invariant, PivotscopeError, throwIfCancelled } from "../core/errors.ts";
import { output, type Tensor } from "../runtime/backend.ts";
import { createBatch, type PreparedSample } from "./batch.ts";
import { embedTokens, encodeFrames, logitsAt, sequenceFeeds } from "./forward.ts";
import type { MaskSet } from "./masks.ts";
import type { Model } from "./model.ts";
import { rotaryTables } from "./rope.ts";

export interface GenerationRequest {
  readonly sample: Pick<PreparedSample, "prompt" | "frame">;
  /** Trace ids that are taken as given. */
  readonly prefix: readonly number[];
  readonly masks: MaskSet;
  readonly stopIds: readonly number[];
  readonly maximumTokens: number;
  readonly signal: AbortSignal | undefined;
  /** Called with each new id, the stop id included. */
  readonly onToken?: (id: number) => void;
}

export interface Generation {
  /** The whole trace: prefix and new ids, with the stop id when the model gave one. */
  readonly ids: readonly number[];
  readonly finish: "stop" | "length";
}

interface KeyValueCache {
  readonly keys: Tensor[];
  readonly values: Tensor[];
}

/** Id with the largest logit of each row; the divergence kernel finds it, so that logits stay where they are. */
async function argmaxOf(model: Model, logits: Tensor): Promise<number> {
  const { backend } = model;
  const targets = backend.upload(Int32Array.of(0), [1]);
  const result = backend.upload(new Float32Array(4), [1, 4]);
  try {
    const vocabulary = model.definition.text.vocabularySize;
    backend.kernels.tokenDivergence({ reference: logits, pruned: logits, targets, rows: 1, vocabulary, result });
    const id = (await backend.read(result))[3];
    if (id === undefined || !Number.isInteger(id) || id < 0) {
      throw new PivotscopeError(
        "internal",
        "The model's logits are not numbers.",
        "Lower the pruning ratio, or reload the model if this happens without pruning.",
      );
    }
    return id;
  } finally {
    backend.release(targets, result);
  }
}

/** Passes prompt and prefix through the model and fills the cache. Returns the next id. */
async function prefill(model: Model, request: GenerationRequest, cache: KeyValueCache): Promise<number> {
  const { backend, definition } = model;
  const { sample, masks, signal } = request;
  const ids = [...sample.prompt, ...request.prefix];
  const batch = createBatch([{ prompt: ids, trace: [], pivots: [], frame: sample.frame }], model.imageTokenId);
  const features = sample.frame ? await encodeFrames(model, [sample.frame], masks, signal) : null;
  const shared = sequenceFeeds(model, ids.length);
  let hidden: Tensor | null = null;
  try {
    hidden = await embedTokens(model, batch, features);
    const program = await model.program("text prefill 1", () => definition.text.forward(1, { cache: true }));
    for (let layer = 0; layer < definition.text.layers; layer++) {
      throwIfCancelled(signal);
      const outputs = await backend.run(program, {
        ...shared,
        ...model.layerFeeds("text", layer),
        ...masks.feeds("text", layer),
        hidden,
      });
      backend.release(hidden);
      hidden = output(outputs, "hidden_out");
      cache.keys.push(output(outputs, "key_out"));
      cache.values.push(output(outputs, "value_out"));
    }
    const logits = await logitsAt(model, hidden, Int32Array.of(ids.length - 1));
    try {
      return await argmaxOf(model, logits);
    } finally {
      backend.release(logits);
    }
  } finally {
    if (hidden) backend.release(hidden);
    if (features) backend.release(features);
    backend.release(...Object.values(shared));
  }
}

/** Passes one token through the model at `position`, grows the cache, and returns the next id. */
async function step(
  model: Model,
  request: GenerationRequest,
  cache: KeyValueCache,
  id: number,
  position: number,
): Promise<number> {
  const { backend, definition } = model;
  const { text } = definition;
  const { cosine, sine } = rotaryTables(position, 1, text.headSize, text.ropeTheta);
  const rope = {
    rope_cosine: backend.upload(cosine, [1, text.headSize]),
    rope_sine: backend.upload(sine, [1, text.headSize]),
  };
  const rows = { ids: Int32Array.of(id), mergeIndex: Int32Array.of(0), imageRows: new Int32Array() };
  let hidden: Tensor | null = null;
  try {
    hidden = await embedTokens(model, rows, null);
    const program = await model.program("text decode 1", () => text.decode(1));
    for (let layer = 0; layer < text.layers; layer++) {
      const pastKey = cache.keys[layer];
      const pastValue = cache.values[layer];
      invariant(pastKey && pastValue, "The KV cache holds every layer.");
      const outputs = await backend.run(program, {
        ...rope,
        ...model.layerFeeds("text", layer),
        ...request.masks.feeds("text", layer),
        hidden,
        past_key: pastKey,
        past_value: pastValue,
      });
      backend.release(hidden, pastKey, pastValue);
      hidden = output(outputs, "hidden_out");
      cache.keys[layer] = output(outputs, "key_out");
      cache.values[layer] = output(outputs, "value_out");
    }
    const logits = await logitsAt(model, hidden, Int32Array.of(0));
    try {
      return await argmaxOf(model, logits);
    } finally {
      backend.release(logits);
    }
  } finally {
    if (hidden) backend.release(hidden);
    backend.release(...Object.values(rope));
  }
}

/** Generates greedily until a stop id or `maximumTokens` trace ids. Cancelling answers within one token. */
export async function generateGreedy(model: Model, request: GenerationRequest): Promise<Generation> {
  const ids = [...request.prefix];
  const last = ids.at(-1);
  if (last !== undefined && request.stopIds.includes(last)) return { ids, finish: "stop" };
  const room = model.definition.text.maximumTokens - request.sample.prompt.length;
  const limit = Math.min(request.maximumTokens, room);
  const cache: KeyValueCache = { keys: [], values: [] };
  try {
    if (ids.length >= limit) return { ids, finish: "length" };
    let next = await prefill(model, request, cache);
    for (;;) {
      ids.push(next);
      request.onToken?.(next);
      if (request.stopIds.includes(next)) return { ids, finish: "stop" };
      if (ids.length >= limit) return { ids, finish: "length" };
      throwIfCancelled(request.signal);
      next = await step(model, request, cache, next, request.sample.prompt.length + ids.length - 1);
    }
  } finally {
    model.backend.release(...cache.keys, ...cache.values);
  }
}
