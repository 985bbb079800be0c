/** What the connector makes of the vision tower's hidden states for the text tower. */
import { invariant } from "../../core/errors.ts";
import type { Precision } from "../../graph/precision.ts";
import type { Frame } from "../../models/pictures.ts";
import { output, type Tensor } from "../../runtime/backend.ts";
import type { Model } from "./model.ts";
import { joinRows, pickRows } from "./rows.ts";
import { openScope, type TensorScope } from "./scope.ts";
import { visionOf } from "./towers.ts";
import { outerFeedsOf, weightsIn } from "./weight-precision.ts";

/** Features of pictures, one frame's behind the other, [rows, text width]. */
export interface PictureFeatures {
  /** For the rows of image tokens, or for the layers that attend to pictures. */
  readonly rows: Tensor;
  /** What is added behind each layer of `VisionDefinition.addedBehind`. */
  readonly added: readonly Tensor[];
}

export function tensorsOf({ rows, added }: PictureFeatures): readonly Tensor[] {
  return [rows, ...added];
}

/** A frame, or null for padding, which is as large as the frames beside it. */
export type FrameOrPadding = Frame | null;

/** Rows of features that a frame has. */
export function featureRowsOf({ tokens, features = tokens }: Pick<Frame, "tokens" | "features">): number {
  return features;
}

/** Rows of the features of the largest of `frames`, to which the others are padded. */
export function mostFeatureRows(frames: readonly FrameOrPadding[]): number {
  return Math.max(...frames.map((frame) => (frame ? featureRowsOf(frame) : 0)));
}

/** Hidden states of the vision tower, group by group. */
export interface SeenFrames {
  readonly frames: readonly FrameOrPadding[];
  /** Frames of each group. */
  readonly sizes: readonly number[];
  /** Behind the last layer. */
  readonly hidden: readonly Tensor[];
  /** Behind each layer of `VisionDefinition.connectorLayers`. */
  readonly kept: readonly (readonly Tensor[])[];
}

/** The connector's feeds for the hidden states of one group. */
export function connectorInputs({ hidden, kept }: SeenFrames, group: number) {
  const states = hidden[group];
  invariant(states, `Group ${group} of the vision tower has no hidden states.`);
  const others = kept.map((groups, place) => [`states.${place}`, groups[group] as Tensor] as const);
  return { hidden: states, ...Object.fromEntries(others) };
}

/**
 * Features of all frames, in tensors of the scope. Those of padding inside are left out, so that they are in the order of
 * the image tokens; behind the last frame there may be some.
 */
export async function connectGroups(
  scope: TensorScope,
  model: Model,
  seen: SeenFrames,
  precision: Precision = "float32",
): Promise<PictureFeatures> {
  const vision = visionOf(model);
  using parts = openScope(model.backend);
  const weights = await weightsIn(parts, model, outerFeedsOf(model, vision.connectorWeights), precision);
  const names = ["features", ...vision.addedBehind.map((_, place) => `features.${place}`)];
  const groups: Tensor[][] = names.map(() => []);
  for (const [group, batch] of seen.sizes.entries()) {
    const program = await model.programs.get(vision.connector, { batch, precision });
    const outputs = await parts.run(program, { ...weights, ...connectorInputs(seen, group) });
    for (const [place, name] of names.entries()) groups[place]?.push(output(outputs, name));
  }
  const rows = realRows(seen.frames);
  const joined: Tensor[] = [];
  for (const own of groups) {
    const all = await joinRows(parts, model, own);
    joined.push(rows === null ? scope.own(parts.give(all)) : await pickRows(scope, model, all, rows));
  }
  const [main, ...added] = joined;
  invariant(main, "A connector gives features.");
  return { rows: main, added };
}

/** Rows of the features of `frames` that belong to a frame; null where these are the first ones as they stand. */
function realRows(frames: readonly FrameOrPadding[]): Int32Array | null {
  const most = mostFeatureRows(frames);
  const rows = frames.flatMap((frame, index) =>
    Array.from({ length: frame ? featureRowsOf(frame) : 0 }, (_, row) => index * most + row),
  );
  return rows.every((row, place) => row === place) ? null : Int32Array.from(rows);
}
