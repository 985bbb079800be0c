/**
 * A forward pass through the layers of one tower. A batch goes through a layer's graph in groups of samples where memory
 * asks for it (memory-plan.ts); each group is a tensor of its own.
 *
 * Whoever looks inside a layer names what it wants beside the hidden states (`capture`) and gets it group by group. So a new
 * thing to look at is a name in the architectures' `ForwardOutputs`, and nothing here.
 */
import { invariant, throwIfCancelled } from "../../core/errors.ts";
import type { Tower } from "../../core/unit.ts";
import type { Precision } from "../../graph/precision.ts";
import type { ForwardOutputs } from "../../models/architectures/definition.ts";
import { type Feeds, output, type Tensor } from "../../runtime/backend.ts";
import type { BehindLayer } from "./enter-text.ts";
import { nothingShared, type SharedFeeds } from "./layer-feeds.ts";
import type { MaskSet } from "./masks.ts";
import type { Model } from "./model.ts";
import { openScope, type TensorScope } from "./scope.ts";
import { layerOf, towerOf } from "./towers.ts";
import { layerWeightsIn } from "./weight-precision.ts";

/** What a layer can give out beside its hidden states, see `ForwardOutputs`. */
export type Capture = keyof ForwardOutputs;

/** What one layer gave of one group; whoever sees it releases nothing. */
export interface Seen {
  readonly layer: number;
  readonly group: number;
  /** What went in, and what came out. */
  readonly input: Tensor;
  readonly hidden: Tensor;
  /** All outputs by name, with those that `capture` asked for; released when `onGroup` is done. */
  readonly captured: Feeds;
}

export interface PassRequest {
  /** Samples of each group. */
  readonly groups: readonly number[];
  readonly masks: Pick<MaskSet, "compensated" | "feeds">;
  /** Rotary tables and biases, see layer-feeds.ts; nothing when absent. */
  readonly shared?: SharedFeeds;
  /** What the pass computes in: float32 when absent, or the model's own precision where only text is written. */
  readonly precision?: Precision;
  readonly signal?: AbortSignal | undefined;
  readonly capture?: readonly Capture[];
  /** Called for each layer and group as soon as it is through. */
  readonly onGroup?: (seen: Seen) => void | Promise<void>;
}

export interface LayerRequest extends PassRequest {
  readonly tower: Tower;
  readonly layer: number;
  /** Inputs stay the scope's, for the backward pass or another run; they are released otherwise. */
  readonly keepInputs?: boolean;
  /** Only what is captured counts: there are no hidden states in the answer. */
  readonly captureOnly?: boolean;
}

/** Takes `hidden`, one tensor of the scope for each group, through one layer. Returns its outputs, which are the scope's. */
export async function passLayer(
  scope: TensorScope,
  model: Model,
  hidden: readonly Tensor[],
  request: LayerRequest,
): Promise<Tensor[]> {
  const { tower, layer, groups, masks, shared = nothingShared, precision = "float32", capture = [] } = request;
  const definition = towerOf(model, tower);
  const spec = layerOf(definition, layer);
  const wanted: ForwardOutputs = Object.fromEntries(capture.map((name) => [name, true]));
  using ofLayer = openScope(model.backend);
  const weights = await layerWeightsIn(ofLayer, model, tower, layer, precision);
  const passed: Tensor[] = [];
  for (const [group, batch] of groups.entries()) {
    throwIfCancelled(request.signal);
    const input = hidden[group];
    invariant(input, `Group ${group} of the ${tower} tower has no hidden states.`);
    using turn = openScope(model.backend);
    const own = shared(spec, group, turn);
    if (own === null) {
      if (!request.captureOnly) passed.push(input);
      continue;
    }
    const options = { ...spec.shape, ...own.options, ...wanted, batch, precision, compensation: masks.compensated };
    const program = await model.programs.get(definition.forward, options);
    const captured = await turn.run(program, { ...own.feeds, ...weights, ...masks.feeds(tower, layer), hidden: input });
    const result = output(captured, "hidden_out");
    await request.onGroup?.({ layer, group, input, hidden: result, captured });
    if (!request.captureOnly) passed.push(scope.own(turn.give(result)));
    if (!request.keepInputs) scope.release(input);
  }
  return passed;
}

export interface TowerRequest extends PassRequest {
  /** Keep the input of every layer for the backward pass. */
  readonly keepInputs?: boolean;
  readonly onLayer?: (layer: number) => void;
  /** What becomes of hidden states behind a layer, see enter-text.ts. */
  readonly behind?: BehindLayer;
  /** Layers whose outputs stay the scope's. */
  readonly keepLayers?: readonly number[];
}

export interface PassedTower {
  /** The last hidden states, group by group. */
  readonly hidden: readonly Tensor[];
  /** Of all layers, where they are kept. */
  readonly inputs: readonly (readonly Tensor[])[];
  /** Outputs of `keepLayers`. */
  readonly kept: readonly (readonly Tensor[])[];
}

/**
 * Takes `hidden`, one tensor of the scope for each group, through all layers of a tower. Returns the last hidden states, and
 * the inputs of all layers when they are kept, group by group; all of it is the scope's.
 */
export async function pass(
  scope: TensorScope,
  model: Model,
  tower: Tower,
  hidden: readonly Tensor[],
  request: TowerRequest,
): Promise<PassedTower> {
  const { behind, keepLayers = [] } = request;
  const inputs: (readonly Tensor[])[] = [];
  const kept: (readonly Tensor[])[] = [];
  let current = hidden;
  for (let layer = 0; layer < towerOf(model, tower).layers.length; layer++) {
    const keepInputs = request.keepInputs || keepLayers.includes(layer - 1);
    const next = await passLayer(scope, model, current, { ...request, keepInputs, tower, layer });
    if (request.keepInputs) inputs.push(current);
    if (keepLayers.includes(layer)) kept.push(next);
    for (const [group, passed] of next.entries()) {
      const changed = (await behind?.(scope, layer, group, passed)) ?? passed;
      if (changed !== passed) scope.release(passed);
      next[group] = changed;
    }
    current = next;
    request.onLayer?.(layer);
  }
  return { hidden: current, inputs, kept };
}
