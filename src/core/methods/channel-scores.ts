/**
 * How LLM-Pruner puts the matrices of a unit together (arXiv 2305.11627, code horseee/LLM-Pruner): first across the
 * matrices for each channel, then over the channels of a head.
 */
import type { MethodParameters } from "../parameters.ts";
import type { MatrixName, ModuleMatrices, WeightTerms } from "../statistics.ts";
import type { Module } from "../unit.ts";
import { channelsPerUnit, queryHeadsPerUnit, sumGroups } from "./baseline-terms.ts";

export type Reduction = MethodParameters["llmPrunerReduction"];
export type Grouping = MethodParameters["llmPrunerGrouping"];

/** The number of every line of a matrix. */
export type LineScore<Terms extends WeightTerms> = (matrix: Terms) => Float64Array;

/**
 * One number per unit of a module: Σ over the unit's channels c of the reduction over its matrices of the score of
 * channel c. Under grouped queries the longer vectors (query, output) are first summed onto the channels of key and value,
 * see `foldQueries`.
 */
export function channelScores<Terms extends WeightTerms>(
  module: Module,
  terms: ModuleMatrices<Terms>,
  lineScore: LineScore<Terms>,
  reduction: Reduction,
  grouping: Grouping,
): Float64Array {
  const channels = channelsPerUnit(terms);
  const queries = queryHeadsPerUnit(terms);
  const folded = inGroupOrder(module, terms).map((matrix) => {
    const lines = lineScore(matrix);
    return matrix.linesPerUnit === channels ? lines : foldQueries(lines, module.unitCount, queries, channels, grouping);
  });
  const perChannel = new Float64Array(module.unitCount * channels);
  const numbers = folded.map(() => 0);
  for (let channel = 0; channel < perChannel.length; channel++) {
    for (let place = 0; place < folded.length; place++) numbers[place] = folded[place]?.[channel] ?? 0;
    perChannel[channel] = reduce(numbers, reduction);
  }
  return sumGroups(perChannel, channels);
}

/**
 * Sums the query heads' channels onto those of the key/value heads. "correct": head g gets its own query heads
 * g·rep … g·rep+rep−1, the ones that are removed with it. "upstream": as the code does it, which folds the vector at the
 * length of key and value, so that query head i is credited to head i mod the number of key/value heads.
 */
export function foldQueries(
  lines: ArrayLike<number>,
  units: number,
  queries: number,
  channels: number,
  grouping: Grouping,
): Float64Array {
  const folded = new Float64Array(units * channels);
  for (let head = 0; head < units * queries; head++) {
    const unit = grouping === "correct" ? Math.floor(head / queries) : head % units;
    for (let channel = 0; channel < channels; channel++) {
      const place = unit * channels + channel;
      folded[place] = (folded[place] ?? 0) + (lines[head * channels + channel] ?? 0);
    }
  }
  return folded;
}

/**
 * Matrices in the order in which the code's dependency groups list them, which "first" and "second" go by: [gate, up,
 * down], [query, output, value, key], under grouped queries [key, output, value, query]. Project decision: the vision
 * tower has [fc1, fc2] and the order of multi-head attention.
 */
function inGroupOrder<Terms extends WeightTerms>(module: Module, terms: ModuleMatrices<Terms>): readonly Terms[] {
  if (module.kind === "mlp") return terms.matrices;
  const order: readonly MatrixName[] =
    queryHeadsPerUnit(terms) === 1 ? ["query", "output", "value", "key"] : ["key", "output", "value", "query"];
  return [...terms.matrices].sort((a, b) => order.indexOf(a.matrix) - order.indexOf(b.matrix));
}

/** Puts the numbers of one channel together, in group order. */
export function reduce(numbers: readonly number[], reduction: Reduction): number {
  switch (reduction) {
    case "sum":
      return numbers.reduce((sum, number) => sum + number, 0);
    case "mean":
      return numbers.reduce((sum, number) => sum + number, 0) / numbers.length;
    case "max":
      return Math.max(...numbers);
    case "prod":
      return numbers.reduce((product, number) => product * number, 1);
    case "first":
      return numbers[0] ?? 0;
    case "second":
      return numbers[1] ?? 0;
  }
}
