/**
 * Bias compensation: what removed columns would have added on average is added to the output of a module's last
 * projection, W[:, removed] · mean[removed] (FLAP, arXiv 2312.11983, section "Baseline Bias Compensation"). A model whose
 * projections have biases already keeps them and adds this (project decision).
 */
import { PivotscopeError, throwIfCancelled } from "../../core/errors.ts";
import type { Pruning } from "../../core/pruning.ts";
import type { ModuleKind, Tower } from "../../core/unit.ts";
import { plural } from "../../core/words.ts";
import { GraphBuilder } from "../../graph/graph.ts";
import { linear } from "../../graph/operations/linear.ts";
import { reshape } from "../../graph/operations/structure.ts";
import { output, type Tensor } from "../../runtime/backend.ts";
import { createMasks, keepOf, type MaskSet, maskColumns } from "./masks.ts";
import type { Model } from "./model.ts";
import { openScope, releasable } from "./scope.ts";
import { columnsOf, layerOf, towerOf } from "./towers.ts";
import { singleWeights } from "./weight-precision.ts";

const INPUT_NAMES: Readonly<Record<ModuleKind, string>> = {
  attn: "attention_compensation",
  mlp: "mlp_compensation",
};

/** `weight` [width, columns], `mean` [1, columns] of removed columns, 0 elsewhere → `compensation` [width]. */
export function compensationGraph() {
  const builder = new GraphBuilder("bias compensation");
  const weight = builder.input("weight", ["W", "F"]);
  const mean = builder.input("mean", [1, "F"]);
  builder.output("compensation", reshape(builder, linear(builder, mean, weight), ["W"]));
  return builder.build();
}

/** Mean inputs of the removed columns of every module, zero for kept ones, in the layout's order. */
function removedMeans(model: Model, keep: Uint8Array, meanInputs: Float32Array): readonly Float32Array[] {
  const { modules } = model.layout;
  const lengths = modules.map(({ tower, layer, kind }) => columnsOf(layerOf(towerOf(model, tower), layer), kind));
  const total = lengths.reduce((sum, length) => sum + length, 0);
  if (meanInputs.length !== total) {
    throw new PivotscopeError(
      "bad-input",
      `The mean inputs have ${plural(meanInputs.length, "entry", "entries")}; the projections of this model take ${total} columns.`,
      "Use a plan that was made for this model.",
    );
  }
  let start = 0;
  return modules.map((module, index) => {
    const length = lengths[index] ?? 0;
    const kept = maskColumns(keepOf(model.layout, keep, index), length / module.unitCount);
    const means = meanInputs.slice(start, start + length);
    start += length;
    return means.map((mean, column) => (kept[column] === 1 ? 0 : mean));
  });
}

/**
 * Masks of `pruning`, with the compensating biases that it asks for, computed on the backend. Throws `bad-input` when
 * flags or mean inputs are of another model.
 */
export async function createPruningMasks(model: Model, pruning: Pruning, signal?: AbortSignal): Promise<MaskSet> {
  const { backend, layout } = model;
  const { keep, meanInputs } = pruning;
  if (keep.length !== layout.unitCount) {
    throw new PivotscopeError(
      "bad-input",
      `The keep mask has ${plural(keep.length, "entry", "entries")}; this model has ${plural(layout.unitCount, "unit")}.`,
      "Use a plan that was made for this model.",
    );
  }
  const means = meanInputs && removedMeans(model, keep, meanInputs);
  if (!means || !keep.includes(0)) return createMasks(model, keep);
  using scope = openScope(backend);
  const biases = new Map<string, Tensor>();
  const key = (tower: Tower, layer: number, kind: ModuleKind) => `${tower}.${layer}.${kind}`;
  const program = await model.programs.get(compensationGraph, {});
  for (const [index, { tower, layer, kind }] of layout.modules.entries()) {
    throwIfCancelled(signal);
    const weight = model.layerFeeds(tower, layer)[towerOf(model, tower).projections[kind]];
    const mean = means[index];
    if (!weight || !mean) continue;
    using turn = openScope(backend);
    const weights = await singleWeights(turn, model, { weight });
    const outputs = await turn.run(program, { ...weights, mean: turn.upload(mean, [1, mean.length]) });
    biases.set(key(tower, layer, kind), scope.own(turn.give(output(outputs, "compensation"))));
  }
  // Last, so that nothing can fail behind it.
  const masks = createMasks(model, keep);
  const held = scope.move();
  return {
    compensated: true,
    feeds: (tower, layer) => ({
      ...masks.feeds(tower, layer),
      ...Object.fromEntries(
        (["attn", "mlp"] as const).flatMap((kind) => {
          const bias = biases.get(key(tower, layer, kind));
          return bias ? [[INPUT_NAMES[kind], bias]] : [];
        }),
      ),
    }),
    ...releasable(() => {
      masks.release();
      held.close();
    }),
  };
}
