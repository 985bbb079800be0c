/** Keys and values of every layer that generation goes on from. */
import { invariant } from "../../core/errors.ts";
import { type Feeds, output, type Program, type Tensor } from "../../runtime/backend.ts";
import type { Model } from "../pass/model.ts";
import { openScope, type TensorScope } from "../pass/scope.ts";

/**
 * One tensor per layer, [samples, key/value heads, slots, head size]; none before the first pass, null for a layer that is
 * passed over.
 */
export interface KeyValueCache {
  readonly keys: (Tensor | null)[];
  readonly values: (Tensor | null)[];
}

/**
 * Fills an empty cache for graphs of all layers with room for `slots` tokens of each of `batch` samples, in which runs
 * write in place. Where the backend does not do that it has no slots, and gets more with each run.
 */
export function makeRoom(
  { backend, definition }: Model,
  { keys, values }: KeyValueCache,
  batch: number,
  slots: number,
) {
  const { layers, headSize } = definition.text;
  for (const { shape } of layers) {
    for (const list of [keys, values]) {
      list.push(backend.allocate([batch, shape.attentionUnits, backend.writesInPlace ? slots : 0, headSize]));
    }
  }
}

/** Gives the cache's tensors back and empties it. */
export function releaseCache(model: Model, { keys, values }: KeyValueCache): void {
  model.backend.release(...[...keys.splice(0), ...values.splice(0)].filter((tensor) => tensor !== null));
}

/** The cache under the names that a graph of all layers has for it. */
function ports({ keys, values }: KeyValueCache, key: string, value: string): Feeds {
  const named = (name: string, tensors: KeyValueCache["keys"]) =>
    tensors.flatMap((tensor, layer) => (tensor ? [[`${name}.${layer}`, tensor] as const] : []));
  return Object.fromEntries([...named(key, keys), ...named(value, values)]);
}

/** Runs a graph of all layers on the cache, which holds what it gives out afterwards; the other outputs are the scope's. */
export async function runOnCache(
  scope: TensorScope,
  model: Model,
  program: Program,
  feeds: Feeds,
  cache: KeyValueCache,
): Promise<Feeds> {
  const given = { ...feeds, ...ports(cache, "past_key", "past_value") };
  if (model.backend.writesInPlace) return scope.run(program, given, ports(cache, "key_out", "value_out"));
  const outputs = await scope.run(program, given);
  releaseCache(model, cache);
  for (const layer of model.definition.text.layers.keys()) {
    cache.keys.push(scope.give(output(outputs, `key_out.${layer}`)));
    cache.values.push(scope.give(output(outputs, `value_out.${layer}`)));
  }
  return outputs;
}

/** Puts what `program` makes of each layer's keys and values in their place. `further`: what it is fed beside them. */
async function replaceEach(
  scope: TensorScope,
  { backend }: Model,
  { keys, values }: KeyValueCache,
  program: Program,
  further: (keys: Tensor) => Feeds,
): Promise<void> {
  for (const [layer, pastKey] of keys.entries()) {
    const pastValue = values[layer];
    if (pastKey === null) continue;
    invariant(pastValue, "The KV cache holds every layer.");
    const outputs = await scope.run(program, { past_key: pastKey, past_value: pastValue, ...further(pastKey) });
    const [key, value] = [output(outputs, "key_out"), output(outputs, "value_out")];
    scope.give([key, value]);
    keys[layer] = key;
    values[layer] = value;
    backend.release(pastKey, pastValue);
  }
}

/** Gives the cache of graphs of all layers `slots` more slots for each of `batch` samples. */
export async function extendCache(model: Model, cache: KeyValueCache, batch: number, slots: number): Promise<void> {
  const { backend, definition } = model;
  if (slots <= 0) return;
  using scope = openScope(backend);
  const program = await model.programs.get(definition.text.extendCache, {});
  await replaceEach(scope, model, cache, program, ({ dims: [, heads = 0, , headSize = 0] }) => ({
    room: scope.own(backend.allocate([batch, heads, slots, headSize])),
  }));
}

/** Keeps the samples at `places`, any of them also several times. */
export async function pickFromCache(model: Model, cache: KeyValueCache, places: readonly number[]): Promise<void> {
  using scope = openScope(model.backend);
  const program = await model.programs.get(model.definition.text.pickSamples, {});
  const index = scope.upload(Int32Array.from(places), [places.length]);
  await replaceEach(scope, model, cache, program, () => ({ index }));
}
