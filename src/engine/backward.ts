/** The backward pass of one tower: last layer first, each layer recomputing its own inside. */
import { invariant, throwIfCancelled } from "../core/errors.ts";
import type { Tower } from "../core/unit.ts";
import type { ScoredWeight } from "../models/architectures/definition.ts";
import { type Feeds, output, type Tensor } from "../runtime/backend.ts";
import type { ScoredTaps } from "./accumulators.ts";
import { towerOf } from "./forward.ts";
import type { MaskSet } from "./masks.ts";
import type { Model } from "./model.ts";

export interface BackwardRequest {
  readonly tower: Tower;
  readonly batch: number;
  readonly batches: number;
  /** Inputs of all layers; they stay the caller's. */
  readonly inputs: readonly Tensor[];
  /** Gradients by the last layer's output, one per loss; this function releases them. */
  readonly gradients: readonly Tensor[];
  readonly masks: MaskSet;
  readonly shared: Feeds;
  readonly signal: AbortSignal | undefined;
  /** Called for every scored weight of every layer; the taps are released after the layer. */
  readonly onScored: (layer: number, scored: ScoredWeight, taps: ScoredTaps) => Promise<void>;
  readonly onLayer: (layer: number) => void;
}

/** Returns the gradients by the first layer's input, one per loss, owned by the caller. */
export async function backwardTower(model: Model, request: BackwardRequest): Promise<Tensor[]> {
  const { tower, batch, masks, shared } = request;
  const { backend } = model;
  const definition = towerOf(model, tower);
  const losses = request.gradients.length;
  let gradients = [...request.gradients];
  try {
    const program = await model.program(`${tower} backward ${batch} ${losses}`, () =>
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
      for (const scored of definition.scored) {
        await request.onScored(layer, scored, {
          weight: output(weights, scored.slot),
          input: output(outputs, scored.inputTap),
          gradients: gradients.map((gradient, loss) =>
            scored.gradientTap === null ? gradient : output(outputs, `${scored.gradientTap}.${loss}`),
          ),
        });
      }
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
