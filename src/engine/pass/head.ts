/** Last hidden states to logits. */
import type { Precision } from "../../graph/precision.ts";
import { output, type Tensor } from "../../runtime/backend.ts";
import { logitsInParts, partedHead } from "./head-in-parts.ts";
import type { Model } from "./model.ts";
import { openScope, type TensorScope } from "./scope.ts";
import { outerFeedsOf, weightsIn } from "./weight-precision.ts";

/** Logits of the rows `positions` of some last hidden states, [positions, vocabulary]; the caller releases them. */
export type Head = (hidden: Tensor, positions: Int32Array) => Promise<Tensor>;

/**
 * The head, computing in `precision`: the scope has the copies of weights that it takes. A table that lies in parts is widened
 * part by part, each time anew.
 */
export async function openHead(scope: TensorScope, model: Model, precision: Precision = "float32"): Promise<Head> {
  const { backend, definition } = model;
  const parted = precision === "float32" ? partedHead(model) : null;
  if (parted?.precision === "float16") return (hidden, positions) => logitsInParts(model, parted, hidden, positions);
  const program = await model.programs.get(definition.text.head, { precision });
  const weights = await weightsIn(scope, model, outerFeedsOf(model, definition.text.headWeights), precision);
  return async (hidden, positions) => {
    using turn = openScope(backend);
    const feeds = { ...weights, hidden, positions: turn.upload(positions, [positions.length]) };
    return turn.give(output(await turn.run(program, feeds), "logits"));
  };
}

/** Logits of the rows `positions` of the last hidden states, [positions, vocabulary]. */
export async function logitsAt(
  model: Model,
  hidden: Tensor,
  positions: Int32Array,
  precision: Precision = "float32",
): Promise<Tensor> {
  using scope = openScope(model.backend);
  const head = await openHead(scope, model, precision);
  return await head(hidden, positions);
}
