/**
 * The backward pass of one tower: last layer first, each layer recomputing its own inside. As in the forward pass a batch
 * goes through a layer in groups of samples; what a layer leaves is handed over when all groups are through, because
 * scoring adds up a batch's gradients before it takes their absolute value.
 */
import { invariant, throwIfCancelled } from "../../core/errors.ts";
import type { Tower } from "../../core/unit.ts";
import type { LayerShape, LossTaps } from "../../models/architectures/definition.ts";
import { type Feeds, output, type Tensor } from "../../runtime/backend.ts";
import type { MaskSet } from "./masks.ts";
import type { Model } from "./model.ts";
import { layerOf, towerOf } from "./towers.ts";
import { withLayerWeights } from "./weight-precision.ts";

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
  /** Gradients by the last layer's output, of each group one per loss; this function releases them. */
  readonly gradients: readonly (readonly Tensor[])[];
  /** What each loss is needed for. */
  readonly losses: readonly LossTaps[];
  readonly masks: MaskSet;
  readonly shared: Feeds;
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

/** Returns the gradients by the first layer's input, of each group one per loss, owned by the caller. */
export async function backwardTower(model: Model, request: BackwardRequest): Promise<Tensor[][]> {
  const { tower, losses, masks, shared } = request;
  const { backend } = model;
  const definition = towerOf(model, tower);
  const programOf = (shape: LayerShape, batch: number) =>
    model.programs.get(definition.backward, { ...shape, batch, losses });
  const owned = new Set(request.gradients.flat());
  const release = (tensors: readonly Tensor[]) => {
    for (const tensor of tensors) owned.delete(tensor);
    backend.release(...tensors);
  };
  let gradients = request.gradients.map((group) => [...group]);
  try {
    for (let layer = definition.layers.length - 1; layer >= 0; layer--) {
      const { shape } = layerOf(definition, layer);
      const runGroups = async (weights: Feeds) => {
        const groups: GroupTaps[] = [];
        const next: Tensor[][] = [];
        for (const [group, batch] of request.groups.entries()) {
          throwIfCancelled(request.signal);
          const hidden = request.inputs[layer]?.[group];
          const own = gradients[group];
          invariant(hidden && own, `The input of ${tower} layer ${layer} was not kept.`);
          const outputs = await backend.run(await programOf(shape, batch), {
            ...shared,
            ...weights,
            ...masks.feeds(tower, layer),
            hidden,
            ...Object.fromEntries(own.map((gradient, loss) => [`gradient.${loss}`, gradient])),
          });
          for (const tensor of Object.values(outputs)) owned.add(tensor);
          next.push(own.map((_, loss) => output(outputs, `hidden_gradient.${loss}`)));
          const done = request.onGroup(layer, { outputs, gradients: own }, group);
          release(done.map((name) => output(outputs, name)));
          const kept = Object.entries(outputs).filter(([name]) => !done.includes(name));
          groups.push({ outputs: Object.fromEntries(kept), gradients: own });
        }
        await request.onTaps(layer, { weights, groups });
        const through = new Set(next.flat());
        release(groups.flatMap(({ outputs }) => Object.values(outputs).filter((tensor) => !through.has(tensor))));
        release(gradients.flat());
        gradients = next;
      };
      await withLayerWeights(model, tower, layer, runGroups);
      request.onLayer(layer);
    }
    return gradients;
  } catch (error) {
    backend.release(...owned);
    throw error;
  }
}
