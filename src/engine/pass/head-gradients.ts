/** Gradients of the losses by the last hidden states, in as many stretches of rows as the logits' memory asks for. */
import { invariant } from "../../core/errors.ts";
import type { HeadLoss } from "../../models/architectures/definition.ts";
import { type Feeds, output, type Tensor } from "../../runtime/backend.ts";
import type { Batch } from "./batch.ts";
import { logitRows, type MemoryLimits } from "./memory-plan.ts";
import type { Model } from "./model.ts";
import { addMatrices, type Group, stretches } from "./rows.ts";
import { outerFeedsOf, withSingleWeights } from "./weight-precision.ts";

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

/**
 * Gradients of all losses by `hidden`, the last hidden states of one group of samples, [rows, width] each; the caller
 * releases them.
 */
export async function headGradients(model: Model, hidden: Tensor, request: HeadRequest): Promise<Tensor[]> {
  const { batch, group, weights, memory } = request;
  const { backend, definition } = model;
  const firstRow = group.first * batch.tokens;
  const rows = (group.end - group.first) * batch.tokens;
  const start = batch.starts[group.first] ?? 0;
  const end = batch.starts[group.end] ?? start;
  if (end === start) {
    // Samples of padding have no loss.
    return weights.map(() =>
      backend.upload(new Float32Array(rows * definition.text.width), [rows, definition.text.width]),
    );
  }
  const limit = logitRows(definition.text.vocabularySize, HEAD_COPIES, memory);
  let sums: Tensor[] = [];
  const addStretches = async (head: Feeds) => {
    for (const stretch of stretches(end - start, limit)) {
      const entries: Group = { first: start + stretch.first, end: start + stretch.end };
      const gradients = await stretchGradients(model, hidden, { ...request, head, entries, firstRow, rows });
      if (sums.length === 0) sums = gradients;
      else {
        for (const [loss, gradient] of gradients.entries()) {
          const sum = sums[loss];
          invariant(sum, `There is no gradient of loss ${loss}.`);
          sums[loss] = await addMatrices(model, sum, gradient);
        }
      }
    }
  };
  try {
    await withSingleWeights(model, outerFeedsOf(model, definition.text.headWeights), addStretches);
    return sums;
  } catch (error) {
    backend.release(...sums);
    throw error;
  }
}

/** The part of the gradients that comes from the logits of some entries of `batch.positions`; zero elsewhere. */
async function stretchGradients(
  model: Model,
  hidden: Tensor,
  request: HeadRequest & {
    readonly head: Feeds;
    readonly entries: Group;
    readonly firstRow: number;
    readonly rows: number;
  },
): Promise<Tensor[]> {
  const { batch, weights, head, entries, firstRow, rows } = request;
  const { backend, definition } = model;
  const count = entries.end - entries.first;
  const program = await model.programs.get(definition.text.headGradient, { losses: request.losses });
  const positions = batch.positions.subarray(entries.first, entries.end).map((row) => row - firstRow);
  const inverse = new Int32Array(rows).fill(count);
  positions.forEach((row, place) => {
    inverse[row] = place;
  });
  const feeds: Record<string, Tensor> = {
    positions: backend.upload(positions, [count]),
    inverse: backend.upload(inverse, [rows]),
    targets: backend.upload(batch.targets.subarray(entries.first, entries.end), [count, 1]),
  };
  weights.forEach((values, loss) => {
    feeds[`weights.${loss}`] = backend.upload(values.subarray(entries.first, entries.end), [count, 1]);
  });
  try {
    const outputs = await backend.run(program, { ...head, ...feeds, hidden });
    return weights.map((_, loss) => output(outputs, `hidden_gradient.${loss}`));
  } finally {
    backend.release(...Object.values(feeds));
  }
}
