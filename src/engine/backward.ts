/** The backward pass of one tower: last layer first, each layer recomputing its own inside. */
import { invariant, throwIfCancelled } from "../core/errors.ts";
import type { Tower } from "../core/unit.ts";
import type { LossTaps } from "../models/architectures/definition.ts";
import { type Feeds, output, type Tensor } from "../runtime/backend.ts";
import { towerOf } from "./forward.ts";
import type { MaskSet } from "./masks.ts";
import type { Model } from "./model.ts";

/** What the backward pass of one layer leaves. */
export interface LayerTaps {
  readonly weights: Feeds;
  /** Outputs of the backward graph. */
  readonly outputs: Feeds;
  /** Gradients by the layer's own output, one per loss. */
  readonly gradients: readonly Tensor[];
}

export interface BackwardRequest {
  readonly tower: Tower;
  readonly batch: number;
  /** Inputs of all layers; they stay the caller's. */
  readonly inputs: readonly Tensor[];
  /** Gradients by the last layer's output, one per loss; this function releases them. */
  readonly gradients: readonly Tensor[];
  /** What each loss is needed for. */
  readonly losses: readonly LossTaps[];
  readonly masks: MaskSet;
  readonly shared: Feeds;
  readonly signal: AbortSignal | undefined;
  /** Called for every layer; the taps are released after the call. */
  readonly onTaps: (layer: number, taps: LayerTaps) => Promise<void>;
  readonly onLayer: (layer: number) => void;
}

/** Returns the gradients by the first layer's input, one per loss, owned by the caller. */
export async function backwardTower(model: Model, request: BackwardRequest): Promise<Tensor[]> {
  const { tower, batch, losses, masks, shared } = request;
  const { backend } = model;
  const definition = towerOf(model, tower);
  let gradients = [...request.gradients];
  try {
    const program = await model.program(`${tower} backward ${batch} ${losses.join(" ")}`, () =>
      definition.backward(batch, losses),
    );
    for (let layer = definition.layers - 1; layer >= 0; layer--) {
      throwIfCancelled(request.signal);
      const hidden = request.inputs[layer];
      invariant(hidden, `The input of ${tower} layer ${layer} was not kept.`);
      const weights = model.layerFeeds(tower, layer);
      const outputs = await backend.run(program, {
        ...shared,
        ...weights,
        ...masks.feeds(tower, layer),
        hidden,
        ...Object.fromEntries(gradients.map((gradient, loss) => [`gradient.${loss}`, gradient])),
      });
      await request.onTaps(layer, { weights, outputs, gradients });
      const next = gradients.map((_, loss) => output(outputs, `hidden_gradient.${loss}`));
      const taps = Object.values(outputs).filter((tensor) => !next.includes(tensor));
      backend.release(...gradients, ...taps);
      gradients = next;
      request.onLayer(layer);
    }
    return gradients;
  } catch (error) {
    backend.release(...gradients);
    throw error;
  }
}
