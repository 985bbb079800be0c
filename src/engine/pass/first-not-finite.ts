/**
 * Where a model's numbers stop being numbers. Results are checked where they are made, which costs nothing; only when one
 * is NaN or infinite is the sample taken through the model once more, and every layer's output is looked at.
 */
import { PivotscopeError } from "../../core/errors.ts";
import type { Precision } from "../../graph/precision.ts";
import { findNotFinite } from "../../models/find-not-finite.ts";
import type { Tensor } from "../../runtime/backend.ts";
import { createBatch, type PreparedSample } from "./batch.ts";
import { enterText } from "./enter-text.ts";
import { connectGroups, type PictureFeatures, tensorsOf } from "./features.ts";
import { embedFrames, frameFeeds, mostPatches } from "./frames.ts";
import { logitsAt } from "./head.ts";
import type { MaskSet } from "./masks.ts";
import type { Model } from "./model.ts";
import { openScope } from "./scope.ts";
import { pass, type Seen } from "./tower-run.ts";
import { visionOf } from "./towers.ts";

export interface FailedPass {
  readonly masks: MaskSet;
  /** What the pass computed in. */
  readonly precision: Precision;
  readonly signal?: AbortSignal | undefined;
}

/**
 * The error for `what`, which is not finite, naming the first output of a layer that is not.
 *
 * @param what "The model's logits" and its like, in the plural.
 * @param samples one of which it was computed from, with the trace as far as it had come.
 */
export async function notFiniteResult(
  model: Model,
  what: string,
  samples: readonly PreparedSample[],
  failed: FailedPass,
): Promise<PivotscopeError> {
  for (const sample of samples) {
    const place = await firstNotFinite(model, sample, failed);
    if (place !== null) return errorOf(what, ` The first output that is not finite is that of ${place}.`, failed);
  }
  return errorOf(what, "", failed);
}

function errorOf(what: string, where: string, { precision }: FailedPass): PivotscopeError {
  if (precision === "float16") {
    return new PivotscopeError(
      "unsupported",
      `${what} in half precision are not numbers.${where}`,
      "Load it in single precision: choose that where the model is opened, or put ?precision=float32 into the page's address.",
    );
  }
  return new PivotscopeError(
    "unsupported",
    `${what} are not numbers.${where}`,
    "Lower the pruning ratio; where this happens without pruning, what the weights compute exceeds single precision: take " +
      "another checkpoint.",
  );
}

/** What of the model gives the first output for `sample` that is not finite, in words; null where all outputs are. */
export async function firstNotFinite(model: Model, sample: PreparedSample, failed: FailedPass): Promise<string | null> {
  const { backend } = model;
  const { masks, precision, signal } = failed;
  let found: string | null = null;
  const look = async (tensor: Tensor, place: string) => {
    if (found === null && findNotFinite(await backend.read(tensor)) !== null) found = place;
    return tensor;
  };
  const onGroup = (tower: string) => async (seen: Seen) => {
    await look(seen.hidden, `layer ${seen.layer} of the ${tower} tower (counted from 0)`);
  };
  const batch = createBatch([sample], model.imageTokenId);
  using scope = openScope(backend);
  let features: PictureFeatures | null = null;
  const { frames } = sample;
  if (frames.length > 0) {
    const groups = [frames.length];
    const embedded = scope.own(await embedFrames(model, frames, precision));
    await look(embedded, "the vision tower's embedding");
    const shared = frameFeeds(scope, model, frames, mostPatches(frames), groups);
    const { connectorLayers: keepLayers } = visionOf(model);
    const request = { groups, masks, shared, keepLayers, precision, signal, onGroup: onGroup("vision") };
    const { hidden, kept } = await pass(scope, model, "vision", [embedded], request);
    features = await connectGroups(scope, model, { frames, sizes: groups, hidden, kept }, precision);
    for (const tensor of tensorsOf(features)) await look(tensor, "the connector");
  }
  const entered = await enterText(scope, model, batch, features, [1]);
  for (const tensor of entered.hidden) await look(tensor, "the embedding");
  const request = { ...entered, groups: [1], masks, precision, signal, onGroup: onGroup("text") };
  const [last] = (await pass(scope, model, "text", entered.hidden, request)).hidden;
  if (last) {
    const positions = Int32Array.of(batch.tokens - 1);
    await look(scope.own(await logitsAt(model, last, positions, precision)), "the head");
  }
  return found;
}
