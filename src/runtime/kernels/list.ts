/** All kernels. Each line is one kernel: both backends, their types and their checks follow from it. */
export { columnProducts } from "./column-products/reference.ts";
export { inputStatistics } from "./input-statistics/reference.ts";
export { lineTerms } from "./line-terms/reference.ts";
export { tokenDivergence } from "./token-divergence/reference.ts";
export { tokenStatistics } from "./token-statistics/reference.ts";
export { tokenStatisticsSummary } from "./token-statistics-summary/reference.ts";
export { weightGradient } from "./weight-gradient/reference.ts";
