/**
 * Statistics as a safetensors file: what a calibration left, in a quarter of the JSON file's bytes, open to every program
 * that reads safetensors. All tensors are F32:
 *
 * - `attribution_global`, `attribution_pivot` [units], `cmds`, `sens` [modules], in the layout's order;
 * - where the other methods' terms were collected, `probability_attribution` [units], and for each module
 *   `MODULE.MATRIX` [terms, lines] of each of its matrices and `MODULE.input` [terms, columns], terms in the order of
 *   `MATRIX_TERM_NAMES` and `INPUT_NAMES`.
 *
 * The metadata are two texts: `format`, and `about`, the JSON file (src/core/statistics-json.ts) without its arrays, with
 * `lines`: for each matrix how many lines a unit owns, and how many numbers are in one.
 */

/** Of the format and of what the numbers mean: to be raised whenever either changes. */
export const STATISTICS_FORMAT = "pivotscope-statistics-1";

/** What such a file is called beside a model's weights, which end alike. */
export const STATISTICS_NAME = "statistics.safetensors";

export const TENSORS = {
  global: "attribution_global",
  pivot: "attribution_pivot",
  cmds: "cmds",
  sens: "sens",
  probability: "probability_attribution",
} as const;
