/** Gradients of the losses by the last hidden states, in as many stretches of rows as the logits' memory asks for. */
import { invariant } from "../../core/errors.ts";
import type { HeadLoss } from "../../models/architectures/definition.ts";
import { type Feeds, output, type Tensor } from "../../runtime/backend.ts";
import type { Batch } from "./batch.ts";
import { gradientsInParts, type HeadRows, partedHead } from "./head-in-parts.ts";
import { logitRows, type MemoryLimits } from "./memory-plan.ts";
import type { Model } from "./model.ts";
import { addMatrices, type Group, stretches } from "./rows.ts";
import { openScope, type TensorScope } from "./scope.ts";
import { outerFeedsOf, singleWeights } from "./weight-precision.ts";

/** Matrices of logits' size that the head's backward graph holds: logits, probabilities, one-hot targets, residual. */
const HEAD_COPIES = 5;

interface HeadRequest {
  readonly batch: Batch;
  /** Samples whose hidden states these are. */
  readonly group: Group;
  /** What each loss is a weighted sum of. */
  readonly losses: readonly HeadLoss[];
  /** Weight of each entry of `batch.positions`, one array per loss. */
  readonly weights: readonly Float32Array[];
  readonly memory: MemoryLimits;
}

/** Gradients of all losses by `hidden`, the last hidden states of one group of samples, [rows, width] each, the scope's. */
export async function headGradients(
  scope: TensorScope,
  model: Model,
  hidden: Tensor,
  request: HeadRequest,
): Promise<Tensor[]> {
  const { batch, group, weights, memory } = request;
  const { backend, definition } = model;
  const { width, vocabularySize, headWeights } = definition.text;
  const firstRow = group.first * batch.tokens;
  const rows = (group.end - group.first) * batch.tokens;
  const start = batch.starts[group.first] ?? 0;
  const end = batch.starts[group.end] ?? start;
  // Samples of padding have no loss.
  if (end === start) return weights.map(() => scope.upload(new Float32Array(rows * width), [rows, width]));
  using sums = openScope(backend);
  const parted = partedHead(model);
  const head = parted ? {} : await singleWeights(sums, model, outerFeedsOf(model, headWeights));
  const back = (own: TensorScope, given: HeadRows) =>
    parted ? gradientsInParts(own, model, parted, given) : gradientsAtOnce(own, model, head, given);
  let total: Tensor[] = [];
  for (const stretch of stretches(end - start, logitRows(vocabularySize, HEAD_COPIES, memory))) {
    const entries: Group = { first: start + stretch.first, end: start + stretch.end };
    const part = await stretchGradients(sums, model, hidden, { ...request, back, entries, firstRow, rows });
    const next: Tensor[] = [];
    for (const [loss, gradient] of part.entries()) {
      const before = total[loss];
      next.push(before ? await addMatrices(sums, model, before, gradient) : gradient);
    }
    total = next;
  }
  return scope.own(sums.give(total));
}

/** The part of the gradients that comes from the logits of some entries of `batch.positions`; zero elsewhere. The scope's. */
async function stretchGradients(
  scope: TensorScope,
  model: Model,
  hidden: Tensor,
  request: HeadRequest & {
    readonly back: (scope: TensorScope, given: HeadRows) => Promise<Tensor[]>;
    readonly entries: Group;
    readonly firstRow: number;
    readonly rows: number;
  },
): Promise<Tensor[]> {
  const { batch, back, entries, firstRow, rows } = request;
  const count = entries.end - entries.first;
  const positions = batch.positions.subarray(entries.first, entries.end).map((row) => row - firstRow);
  const inverse = new Int32Array(rows).fill(count);
  positions.forEach((row, place) => {
    inverse[row] = place;
  });
  using turn = openScope(model.backend);
  const weights = request.weights.map(
    (values, loss) =>
      [`weights.${loss}`, turn.upload(values.subarray(entries.first, entries.end), [count, 1])] as const,
  );
  const gradients = await back(turn, {
    hidden,
    positions: turn.upload(positions, [count]),
    inverse: turn.upload(inverse, [rows]),
    targets: turn.upload(batch.targets.subarray(entries.first, entries.end), [count, 1]),
    weights: Object.fromEntries(weights),
    losses: request.losses,
  });
  return scope.own(turn.give(gradients));
}

/** The gradients by one graph that takes the whole table, which lies among the weights `head`. They are the scope's. */
async function gradientsAtOnce(
  scope: TensorScope,
  { definition, programs }: Model,
  head: Feeds,
  { losses, weights, ...rows }: HeadRows,
): Promise<Tensor[]> {
  const { headGradient } = definition.text;
  invariant(headGradient, "A head whose table is in one piece has one graph for its gradient.");
  const program = await programs.get(headGradient, { losses });
  const outputs = await scope.run(program, { ...head, ...weights, ...rows });
  return losses.map((_, loss) => output(outputs, `hidden_gradient.${loss}`));
}
