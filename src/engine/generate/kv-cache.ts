/** Keys and values of every layer that generation goes on from. */
import { invariant } from "../../core/errors.ts";
import { type Feeds, output, type Tensor } from "../../runtime/backend.ts";
import type { Model } from "../pass/model.ts";

/** One tensor per layer, [samples, key/value heads, slots, head size]; empty before the first pass. */
export interface KeyValueCache {
  readonly keys: Tensor[];
  readonly values: Tensor[];
}

export function releaseCache(model: Model, { keys, values }: KeyValueCache): void {
  model.backend.release(...keys.splice(0), ...values.splice(0));
}

/** The cache as a graph of all layers takes it. */
export function cacheFeeds({ keys, values }: KeyValueCache): Feeds {
  return Object.fromEntries([
    ...keys.map((key, layer) => [`past_key.${layer}`, key] as const),
    ...values.map((value, layer) => [`past_value.${layer}`, value] as const),
  ]);
}

/** Puts what a graph of all layers gave out in place of what it was fed. */
export function replaceCache(model: Model, cache: KeyValueCache, outputs: Feeds): void {
  releaseCache(model, cache);
  for (const layer of model.definition.text.layers.keys()) {
    cache.keys.push(output(outputs, `key_out.${layer}`));
    cache.values.push(output(outputs, `value_out.${layer}`));
  }
}

/** Keeps the samples at `places`, any of them also several times. */
export async function pickFromCache(model: Model, cache: KeyValueCache, places: readonly number[]): Promise<void> {
  const { backend, definition } = model;
  const program = await model.programs.get(definition.text.pickSamples, {});
  const index = backend.upload(Int32Array.from(places), [places.length]);
  try {
    for (const [layer, pastKey] of cache.keys.entries()) {
      const pastValue = cache.values[layer];
      invariant(pastValue, "The KV cache holds every layer.");
      const outputs = await backend.run(program, { past_key: pastKey, past_value: pastValue, index });
      backend.release(pastKey, pastValue);
      cache.keys[layer] = output(outputs, "key_out");
      cache.values[layer] = output(outputs, "value_out");
    }
  } finally {
    backend.release(index);
  }
}
