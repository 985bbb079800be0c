/** Checks of plain quantities at the borders of the core. */
import { PivotscopeError } from "./errors.ts";
import type { Ratio } from "./unit.ts";

/** @throws PivotscopeError `bad-input` when the pruning ratio is not a number from 0 to 1. */
export function validateRatio(ratio: Ratio): void {
  if (ratio >= 0 && ratio <= 1) return;
  throw new PivotscopeError("bad-input", `ratio: found ${ratio}, expected a number from 0 to 1.`);
}
