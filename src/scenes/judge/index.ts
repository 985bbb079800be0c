/** The exact judge of reasoning about scenes. */
export type { Claim } from "./claims.ts";
export { readClaims } from "./claims.ts";
export type { Coherence } from "./coherence.ts";
export type { Content } from "./content.ts";
export type { JudgedClaim, Judgement } from "./judge.ts";
export { judgeTrace } from "./judge.ts";
