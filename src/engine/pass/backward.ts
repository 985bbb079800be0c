/**
 * The backward pass of one tower: last layer first, each layer recomputing its own inside. As in the forward pass a batch
 * goes through a layer in groups of samples; what a layer leaves is handed over when all groups are through, because
 * scoring adds up a batch's gradients before it takes their absolute value.
 */
import { invariant, throwIfCancelled } from "../../core/errors.ts";
import type { Tower } from "../../core/unit.ts";
import type { LossTaps } from "../../models/architectures/definition.ts";
import { type Feeds, output, type Tensor } from "../../runtime/backend.ts";
import type { SharedFeeds } from "./layer-feeds.ts";
import type { MaskSet } from "./masks.ts";
import type { Model } from "./model.ts";
import { addMatrices } from "./rows.ts";
import { openScope, type TensorScope } from "./scope.ts";
import { layerOf, towerOf } from "./towers.ts";
import { layerWeightsIn } from "./weight-precision.ts";

/** What the backward pass of one layer leaves of one group. */
export interface GroupTaps {
  /** Outputs of the backward graph. */
  readonly outputs: Feeds;
  /** Gradients by the layer's own output, one per loss. */
  readonly gradients: readonly Tensor[];
}

/** What the backward pass of one layer leaves. */
export interface LayerTaps {
  readonly weights: Feeds;
  readonly groups: readonly GroupTaps[];
}

export interface BackwardRequest {
  readonly tower: Tower;
  /** Samples of each group. */
  readonly groups: readonly number[];
  /** Inputs of all layers, group by group; they stay the caller's. */
  readonly inputs: readonly (readonly Tensor[])[];
  /** Gradients by the last layer's output, of each group one per loss, which are the scope's; they are released on the way. */
  readonly gradients: readonly (readonly Tensor[])[];
  /** What each loss is needed for. */
  readonly losses: readonly LossTaps[];
  readonly masks: MaskSet;
  readonly shared: SharedFeeds;
  /**
   * Gradients by the outputs of some layers that come from elsewhere, by layer, of each group one per loss; they are the
   * scope's and are released on the way.
   */
  readonly further?: ReadonlyMap<number, readonly (readonly Tensor[])[]>;
  /** Gets the gradients by a layer's input, of each group one per loss, which stay the scope's. */
  readonly onInput?: (layer: number, gradients: readonly (readonly Tensor[])[]) => Promise<void>;
  readonly signal: AbortSignal | undefined;
  /**
   * Called for every layer and group as soon as the group is through, with what the whole batch is not needed for. Outputs
   * that are named in the answer are released then.
   */
  readonly onGroup: (layer: number, taps: GroupTaps, group: number) => readonly string[];
  /** Called for every layer; the taps are released after the call. */
  readonly onTaps: (layer: number, taps: LayerTaps) => Promise<void>;
  readonly onLayer: (layer: number) => void;
}

/** Gradients of each group one per loss, which are the scope's. */
export interface TowerGradients {
  /** By the first layer's input. */
  readonly input: readonly (readonly Tensor[])[];
  /** By the pictures' states, summed over all layers that attend to them; null where none does. */
  readonly states: readonly (readonly Tensor[])[] | null;
}

/** Goes back through a tower from gradients that are the scope's. */
export async function backwardTower(
  scope: TensorScope,
  model: Model,
  request: BackwardRequest,
): Promise<TowerGradients> {
  let { gradients } = request;
  let states: readonly (readonly Tensor[])[] | null = null;
  for (let layer = towerOf(model, request.tower).layers.length - 1; layer >= 0; layer--) {
    gradients = await addGradients(scope, model, gradients, request.further?.get(layer) ?? null);
    const next = await backwardLayer(scope, model, request, layer, gradients);
    // A layer that was passed over leaves them as they are.
    if (next !== null) {
      scope.release(...gradients.flat());
      gradients = next.input;
      if (next.states) states = await addGradients(scope, model, next.states, states);
    }
    await request.onInput?.(layer, gradients);
    request.onLayer(layer);
  }
  return { input: gradients, states };
}

/** The sums of gradients, group by group; all are the scope's, and what is summed is released. */
async function addGradients(
  scope: TensorScope,
  model: Model,
  gradients: readonly (readonly Tensor[])[],
  others: readonly (readonly Tensor[])[] | null,
): Promise<readonly (readonly Tensor[])[]> {
  if (others === null) return gradients;
  const sums: Tensor[][] = [];
  for (const [group, own] of gradients.entries()) {
    const sum: Tensor[] = [];
    for (const [loss, gradient] of own.entries()) {
      const other = others[group]?.[loss];
      invariant(other, `Group ${group} has no further gradient of loss ${loss}.`);
      sum.push(await addMatrices(scope, model, gradient, other));
    }
    sums.push(sum);
  }
  return sums;
}

/** The same of one layer, null where it is passed over; `gradients`, those by its output, stay the scope's. */
async function backwardLayer(
  scope: TensorScope,
  model: Model,
  request: BackwardRequest,
  layer: number,
  gradients: readonly (readonly Tensor[])[],
): Promise<TowerGradients | null> {
  const { tower, losses, masks, shared } = request;
  const definition = towerOf(model, tower);
  const spec = layerOf(definition, layer);
  using ofLayer = openScope(model.backend);
  const weights = await layerWeightsIn(ofLayer, model, tower, layer);
  const taps: GroupTaps[] = [];
  const next: Tensor[][] = [];
  const states: Tensor[][] = [];
  for (const [group, batch] of request.groups.entries()) {
    throwIfCancelled(request.signal);
    const hidden = request.inputs[layer]?.[group];
    const own = gradients[group];
    invariant(hidden && own, `The input of ${tower} layer ${layer} was not kept.`);
    const inputs = shared(spec, group, ofLayer);
    if (inputs === null) return null;
    const options = { ...spec.shape, ...inputs.options, batch, losses };
    const outputs = await ofLayer.run(await model.programs.get(definition.backward, options), {
      ...inputs.feeds,
      ...weights,
      ...masks.feeds(tower, layer),
      hidden,
      ...Object.fromEntries(own.map((gradient, loss) => [`gradient.${loss}`, gradient])),
    });
    next.push(own.map((_, loss) => output(outputs, `hidden_gradient.${loss}`)));
    if ("states_gradient.0" in outputs) states.push(own.map((_, loss) => output(outputs, `states_gradient.${loss}`)));
    const done = request.onGroup(layer, { outputs, gradients: own }, group);
    ofLayer.release(...done.map((name) => output(outputs, name)));
    const kept = Object.entries(outputs).filter(([name]) => !done.includes(name));
    taps.push({ outputs: Object.fromEntries(kept), gradients: own });
  }
  await request.onTaps(layer, { weights, groups: taps });
  scope.own(ofLayer.give([...next.flat(), ...states.flat()]));
  return { input: next, states: states.length > 0 ? states : null };
}
