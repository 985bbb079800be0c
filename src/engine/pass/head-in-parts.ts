/**
 * The head with one part of the vocabulary's table at a time: measuring a model that is stored in half precision takes a
 * copy in single precision of one part, not of the whole table. The parts are widened inside the graphs.
 *
 * Its gradient goes so whenever the table lies in parts. Logits do where there is something to widen: otherwise one graph of
 * all parts is fewer runs, which writing would feel at every token.
 */
import { invariant } from "../../core/errors.ts";
import type { Precision } from "../../graph/precision.ts";
import type { HeadInParts, HeadLoss } from "../../models/architectures/definition.ts";
import { type Feeds, output, type Tensor } from "../../runtime/backend.ts";
import type { Model } from "./model.ts";
import { addMatrices } from "./rows.ts";
import { openScope, type TensorScope } from "./scope.ts";
import { outerFeedsOf } from "./weight-precision.ts";

/** Some rows of the last hidden states whose losses are gone back from, as the graphs take them. */
export interface HeadRows {
  readonly hidden: Tensor;
  /** Int32 [picked], [rows], [picked, 1]: see `TextDefinition.headGradient`. */
  readonly positions: Tensor;
  readonly inverse: Tensor;
  readonly targets: Tensor;
  /** `weights.0…`, one for each loss. */
  readonly weights: Feeds;
  readonly losses: readonly HeadLoss[];
}

/** The head of a model that goes part by part, with its weights. */
interface PartedHead {
  readonly head: HeadInParts;
  /** The table, part by part, in `precision`. */
  readonly tables: readonly Tensor[];
  readonly precision: Precision;
  /** The head's other weights. */
  readonly vectors: Feeds;
}

/** The head of `model` as it goes in parts; null where its table is in one piece. */
export function partedHead(model: Model): PartedHead | null {
  const { headInParts: head, headWeights } = model.definition.text;
  if (!head) return null;
  const inputs = new Set(head.parts.map(({ input }) => input));
  const tables = head.parts.map(({ input }) => {
    const table = model.outerFeeds[input];
    invariant(table, `The model has no ${input}.`);
    return table;
  });
  const precision = tables.every(({ type }) => type === "float16") ? "float16" : "float32";
  const others = headWeights.filter(({ input }) => !inputs.has(input));
  return { head, tables, precision, vectors: outerFeedsOf(model, others) };
}

/** The rows `positions` of `hidden` as the tables are multiplied with; they are the scope's. */
async function normalisedRows(
  scope: TensorScope,
  { programs }: Model,
  { head, vectors }: PartedHead,
  hidden: Tensor,
  positions: Tensor,
): Promise<Tensor> {
  const outputs = await scope.run(await programs.get(head.rows, {}), { ...vectors, hidden, positions });
  return output(outputs, "normalised");
}

/** Logits of normalised rows, [rows, vocabulary]; the scope's. */
async function logitsOf(
  scope: TensorScope,
  { backend, programs }: Model,
  { head, tables, precision }: PartedHead,
  normalised: Tensor,
): Promise<Tensor> {
  using parts = openScope(backend);
  const program = await programs.get(head.logits, { precision });
  const feeds: Record<string, Tensor> = {};
  for (const [part, table] of tables.entries()) {
    feeds[`logits.${part}`] = output(await parts.run(program, { normalised, table }), "logits");
  }
  return output(await scope.run(await programs.get(head.join, {}), feeds), "logits");
}

/** Logits of the rows `positions` of `hidden`; the caller releases them. */
export async function logitsInParts(
  model: Model,
  parted: PartedHead,
  hidden: Tensor,
  positions: Int32Array,
): Promise<Tensor> {
  using scope = openScope(model.backend);
  const picked = scope.upload(positions, [positions.length]);
  return scope.give(await logitsOf(scope, model, parted, await normalisedRows(scope, model, parted, hidden, picked)));
}

/** As the graph `headGradient`, fed with `feeds`: gradients of all losses by `hidden`, which are the scope's. */
export async function gradientsInParts(
  scope: TensorScope,
  model: Model,
  parted: PartedHead,
  { hidden, positions, inverse, targets, weights, losses }: HeadRows,
): Promise<Tensor[]> {
  const { backend, programs } = model;
  const { head, tables, precision, vectors } = parted;
  using turn = openScope(backend);
  const normalised = await normalisedRows(turn, model, parted, hidden, positions);
  const logits = await logitsOf(turn, model, parted, normalised);
  const softmax = await turn.run(await programs.get(head.residual, {}), { logits, targets });
  turn.release(logits, normalised);
  const [residual, probability] = [output(softmax, "residual"), output(softmax, "probability")];
  let gradient: Tensor | null = null;
  for (const [part, { rows }] of head.parts.entries()) {
    const table = tables[part];
    invariant(table, `The head has no part ${part}.`);
    const own = output(await turn.run(await programs.get(head.columns, { rows }), { residual }), "columns");
    const program = await programs.get(head.back, { precision });
    const share = output(await turn.run(program, { columns: own, table }), "gradient");
    turn.release(own);
    gradient = gradient ? await addMatrices(turn, model, gradient, share) : share;
  }
  invariant(gradient, "The head has at least one part.");
  turn.release(residual);
  const program = await programs.get(head.rowsBack, { losses });
  const outputs = await turn.run(program, {
    ...vectors,
    ...weights,
    hidden,
    positions,
    inverse,
    gradient,
    probability,
  });
  return scope.own(turn.give(losses.map((_, loss) => output(outputs, `hidden_gradient.${loss}`))));
}
