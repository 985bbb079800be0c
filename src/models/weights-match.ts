/** Whether a statistics or plan file was made from the weights at hand. */
import { PivotscopeError } from "../core/errors.ts";

export interface WeightsOrigin {
  /** What people call the model. */
  readonly name: string;
  /** Hex SHA-256 of its weights, or empty for unknown. */
  readonly weightHash: string;
}

/**
 * Where the model's own weights are unknown, there is nothing to compare with.
 * @param hint what to do about it.
 * @throws PivotscopeError `bad-input` naming both models and hashes when they differ, and when the file does not say for
 *   which weights it was made.
 */
export function requireSameWeights(file: string, origin: WeightsOrigin, model: WeightsOrigin, hint: string): void {
  if (model.weightHash === "" || origin.weightHash === model.weightHash) return;
  if (origin.weightHash === "") {
    throw new PivotscopeError("bad-input", `${file} does not say for which weights it was made.`, hint);
  }
  throw new PivotscopeError(
    "bad-input",
    `${file} was made for ${describeModel(origin)}; this model is ${describeModel(model)}.`,
    hint,
  );
}

/** Ten digits tell any two models apart that a person has at hand. */
function describeModel({ name, weightHash }: WeightsOrigin): string {
  return `${name} with weights ${weightHash.slice(0, 10)}…`;
}
