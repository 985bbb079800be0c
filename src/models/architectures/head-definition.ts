/** What the head's graphs are asked for, and its graphs for one part of the vocabulary's table at a time. */
import type { GraphFunction } from "../../graph/graph.ts";
import type { Precision } from "../../graph/precision.ts";

/** What a loss of the head is a weighted sum of: −ln P(target) or P(target). */
export type HeadLoss = "likelihood" | "probability";

/** Format of the matrices that are fed; float32 when absent. */
export interface MatrixFormat {
  readonly precision?: Precision;
}

/**
 * What `TextDefinition.head` and `headGradient` do, part by part: so that of a table that is stored in half precision no more
 * than one part needs to be there in single precision.
 */
export interface HeadInParts {
  /** Inputs of the table's parts in `headWeights`, in order, with the ids that each has logits of. */
  readonly parts: readonly { readonly input: string; readonly rows: readonly [number, number] }[];
  /** `hidden` [rows, width], `positions` int32 [picked] and the head's vectors → `normalised` [picked, width]. */
  readonly rows: GraphFunction;
  /** `normalised` and one part, `table` [words, width] in `precision` → `logits` [picked, words]. */
  readonly logits: GraphFunction<MatrixFormat>;
  /** `logits.0…` of all parts → `logits` [picked, vocabulary]. */
  readonly join: GraphFunction;
  /** `logits` [picked, vocabulary], `targets` int32 [picked, 1] → `residual` of its shape, `probability` [picked, 1]. */
  readonly residual: GraphFunction;
  /** `residual` [picked, vocabulary] → `columns` [picked, words], those of the words in `rows`. */
  readonly columns: GraphFunction<{ readonly rows: readonly [number, number] }>;
  /** `columns` of a part and the part, `table` → `gradient` [picked, width], its share of that by `normalised`. */
  readonly back: GraphFunction<MatrixFormat>;
  /** As `headGradient`, with `gradient` by `normalised` and `probability` in the place of table and targets. */
  readonly rowsBack: GraphFunction<{ readonly losses: readonly HeadLoss[] }>;
}
