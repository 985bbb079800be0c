/** Whether a file was made from the weights of the model at hand, with the option that lifts the question. */
import { requireSameWeights, type WeightsOrigin } from "../models/weights-match.ts";

/** @throws PivotscopeError as `requireSameWeights`. */
export function requireOwnWeights(file: string, origin: WeightsOrigin, model: WeightsOrigin): void {
  const hint = "Make the file again for this model, or pass --any-weights if you know that they fit.";
  requireSameWeights(file, origin, model, hint);
}
