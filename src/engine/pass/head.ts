/** Last hidden states to logits. */
import type { Precision } from "../../graph/precision.ts";
import { output, type Tensor } from "../../runtime/backend.ts";
import type { Model } from "./model.ts";
import { outerFeedsOf, withWeights } from "./weight-precision.ts";

/** Logits of the rows `positions` of some last hidden states, [positions, vocabulary]; the caller releases them. */
export type Head = (hidden: Tensor, positions: Int32Array) => Promise<Tensor>;

/**
 * Gives the head to `use`, computing in `precision`: for several calls, because the vocabulary's table of a model that is
 * stored in float16 is copied for measurements.
 */
export async function withHead<Result>(
  model: Model,
  use: (head: Head) => Promise<Result>,
  precision: Precision = "float32",
): Promise<Result> {
  const { backend, definition } = model;
  const program = await model.programs.get(definition.text.head, { precision });
  return withWeights(model, outerFeedsOf(model, definition.text.headWeights), precision, (weights) =>
    use(async (hidden, positions) => {
      const picked = backend.upload(positions, [positions.length]);
      try {
        return output(await backend.run(program, { ...weights, hidden, positions: picked }), "logits");
      } finally {
        backend.release(picked);
      }
    }),
  );
}

/** Logits of the rows `positions` of the last hidden states, [positions, vocabulary]. */
export function logitsAt(
  model: Model,
  hidden: Tensor,
  positions: Int32Array,
  precision: Precision = "float32",
): Promise<Tensor> {
  return withHead(model, (head) => head(hidden, positions), precision);
}
