/**
 * Weights in the format that a pass computes in. Measurements compute in float32 whatever the weights are stored in: of a
 * model that is stored in float16 they take copies, of a layer's matrices at a time, that live as long as the layer is run.
 */
import type { Tower } from "../../core/unit.ts";
import { type Graph, GraphBuilder } from "../../graph/graph.ts";
import { cast } from "../../graph/operations/structure.ts";
import type { Precision } from "../../graph/precision.ts";
import type { WeightSlot } from "../../models/architectures/definition.ts";
import type { Feeds } from "../../runtime/backend.ts";
import type { Model } from "./model.ts";
import type { TensorScope } from "./scope.ts";

/** Float16 tensors of the given ranks → float32 outputs of the same names. */
export function widenGraph({ ranks }: { readonly ranks: readonly (readonly [string, number])[] }): Graph {
  const builder = new GraphBuilder("widen weights");
  for (const [name, rank] of ranks) {
    const shape = Array.from({ length: rank }, (_, axis) => `${name}.${axis}`);
    builder.output(name, cast(builder, builder.input(`half.${name}`, shape, "float16"), "float32"));
  }
  return builder.build();
}

/**
 * `weights` as float32: as they are, or where some are float16, with copies of these, which are the scope's. The copies are
 * exact, since every float16 is a float32.
 */
export async function singleWeights(
  scope: TensorScope,
  { programs }: Pick<Model, "programs">,
  weights: Feeds,
): Promise<Feeds> {
  const halves = Object.entries(weights).filter(([, { type }]) => type === "float16");
  if (halves.length === 0) return weights;
  const ranks = halves.map(([name, { dims }]) => [name, dims.length] as const);
  const program = await programs.get(widenGraph, { ranks });
  const feeds = Object.fromEntries(halves.map(([name, tensor]) => [`half.${name}`, tensor]));
  return { ...weights, ...(await scope.run(program, feeds)) };
}

/**
 * `weights` for a pass that computes in `precision`, which is float32 or what the model is stored in: as they are, or as
 * float32, see `singleWeights`.
 */
export async function weightsIn(
  scope: TensorScope,
  model: Pick<Model, "programs">,
  weights: Feeds,
  precision: Precision,
): Promise<Feeds> {
  return precision === "float16" ? weights : singleWeights(scope, model, weights);
}

/** The same for the weights of one layer. */
export function layerWeightsIn(
  scope: TensorScope,
  model: Model,
  tower: Tower,
  layer: number,
  precision: Precision = "float32",
): Promise<Feeds> {
  return weightsIn(scope, model, model.layerFeeds(tower, layer), precision);
}

/** Those of the weights outside the layers that `slots` name, as they are stored. */
export function outerFeedsOf(model: Model, slots: readonly WeightSlot[]): Feeds {
  const names = new Set(slots.map(({ input }) => input));
  return Object.fromEntries(Object.entries(model.outerFeeds).filter(([name]) => names.has(name)));
}
