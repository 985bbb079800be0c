/** From gradients inside the text tower to gradients by the vision tower's hidden states: back through the connector. */
import { output, type Tensor } from "../../runtime/backend.ts";
import type { Batch } from "../pass/batch.ts";
import { connectorInputs, type FrameOrPadding, mostFeatureRows, type SeenFrames } from "../pass/features.ts";
import type { Model } from "../pass/model.ts";
import { groupsOf, joinRows, pickRows } from "../pass/rows.ts";
import { openScope, type TensorScope } from "../pass/scope.ts";
import { visionOf } from "../pass/towers.ts";
import { outerFeedsOf, singleWeights } from "../pass/weight-precision.ts";

/** Of each loss a gradient by the features of all frames, as many rows of each as of the largest. */
export type FeatureGradients = readonly Tensor[];

/**
 * Rows of the batch where the features of each sample's frame stand, as many of each as of the largest. Those that padding
 * gives get the gradient of a sequence's last row, which is zero: nothing is predicted from it, and nothing sees it.
 */
export function featureRows(frames: readonly FrameOrPadding[], { tokens, imageRows }: Batch): Int32Array {
  const most = mostFeatureRows(frames);
  const rows = new Int32Array(frames.length * most);
  for (const sample of frames.keys()) {
    const start = sample * tokens;
    const stop = start + tokens;
    rows.fill(stop - 1, sample * most, (sample + 1) * most);
    rows.set(
      imageRows.filter((row) => row >= start && row < stop),
      sample * most,
    );
  }
  return rows;
}

/** Of gradients by rows of the text tower, of each group one per loss, those of `rows`; they are the scope's. */
export async function gradientsOfRows(
  scope: TensorScope,
  model: Model,
  gradients: readonly (readonly Tensor[])[],
  rows: Int32Array | null,
): Promise<FeatureGradients> {
  const picked: Tensor[] = [];
  for (const loss of (gradients[0] ?? []).keys()) {
    const parts = gradients.flatMap((group) => group[loss] ?? []);
    using joined = openScope(model.backend);
    const all = await joinRows(joined, model, parts);
    if (rows) picked.push(await pickRows(scope, model, all, rows));
    // A single part is not the join's to give.
    else picked.push(parts.length > 1 ? scope.own(joined.give(all)) : all);
  }
  return picked;
}

/** Gradients of each group one per loss. */
export interface SeenGradients {
  readonly hidden: readonly (readonly Tensor[])[];
  /** By the outputs of each layer of `VisionDefinition.connectorLayers`. */
  readonly kept: readonly (readonly (readonly Tensor[])[])[];
}

/**
 * Goes back through the connector from gradients by its features and by what is added behind text layers. Frames and texts
 * are grouped differently, so every group of frames picks its rows. What is returned is the scope's.
 */
export async function backThroughConnector(
  scope: TensorScope,
  model: Model,
  seen: SeenFrames,
  features: readonly FeatureGradients[],
): Promise<SeenGradients> {
  const vision = visionOf(model);
  const most = mostFeatureRows(seen.frames);
  const losses = features[0]?.length ?? 0;
  using weightScope = openScope(model.backend);
  const weights = await singleWeights(weightScope, model, outerFeedsOf(model, vision.connectorWeights));
  const hidden: Tensor[][] = [];
  const kept: Tensor[][][] = vision.connectorLayers.map(() => []);
  for (const [group, { first, end }] of groupsOf(seen.sizes).entries()) {
    using turn = openScope(model.backend);
    const rows = Int32Array.from({ length: (end - first) * most }, (_, row) => first * most + row);
    const cotangents: Record<string, Tensor> = {};
    for (const [place, byLoss] of features.entries()) {
      for (const [loss, gradient] of byLoss.entries()) {
        const name = place === 0 ? `gradient.${loss}` : `gradient.${place - 1}.${loss}`;
        cotangents[name] = seen.sizes.length === 1 ? gradient : await pickRows(turn, model, gradient, rows);
      }
    }
    const program = await model.programs.get(vision.connectorBackward, { batch: end - first, losses });
    const outputs = await turn.run(program, { ...weights, ...cotangents, ...connectorInputs(seen, group) });
    const given = (stem: string) =>
      scope.own(turn.give(Array.from({ length: losses }, (_, loss) => output(outputs, `${stem}.${loss}`))));
    hidden.push([...given("hidden_gradient")]);
    for (const [place, groups] of kept.entries()) groups.push([...given(`states_gradient.${place}`)]);
  }
  return { hidden, kept };
}
