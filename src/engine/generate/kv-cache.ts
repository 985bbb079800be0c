/** Keys and values of every layer that generation goes on from. */
import { invariant } from "../../core/errors.ts";
import { type Feeds, output, type Tensor } from "../../runtime/backend.ts";
import type { Model } from "../pass/model.ts";
import { openScope, type TensorScope } from "../pass/scope.ts";

/** One tensor per layer, [samples, key/value heads, slots, head size]; empty before the first pass. */
export interface KeyValueCache {
  readonly keys: Tensor[];
  readonly values: Tensor[];
}

/** Gives the cache's tensors back and empties it. */
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

/** Puts what a graph of all layers gave out, which is taken from the scope, in place of what it was fed. */
export function replaceCache(model: Model, cache: KeyValueCache, scope: TensorScope, outputs: Feeds): void {
  releaseCache(model, cache);
  for (const layer of model.definition.text.layers.keys()) {
    cache.keys.push(scope.give(output(outputs, `key_out.${layer}`)));
    cache.values.push(scope.give(output(outputs, `value_out.${layer}`)));
  }
}

/** Keeps the samples at `places`, any of them also several times. */
export async function pickFromCache(model: Model, cache: KeyValueCache, places: readonly number[]): Promise<void> {
  const { backend, definition } = model;
  using scope = openScope(backend);
  const program = await model.programs.get(definition.text.pickSamples, {});
  const index = scope.upload(Int32Array.from(places), [places.length]);
  for (const [layer, pastKey] of cache.keys.entries()) {
    const pastValue = cache.values[layer];
    invariant(pastValue, "The KV cache holds every layer.");
    const outputs = await scope.run(program, { past_key: pastKey, past_value: pastValue, index });
    const [key, value] = [output(outputs, "key_out"), output(outputs, "value_out")];
    scope.give([key, value]);
    cache.keys[layer] = key;
    cache.values[layer] = value;
    backend.release(pastKey, pastValue);
  }
}
