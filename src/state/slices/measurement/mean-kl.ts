import type { Measurement } from "../../../engine/contract.ts";

/** Mean KL over the dense trace, nats, never below 0; 0 where the trace has no token. */
export function meanKl({ kl }: Pick<Measurement, "kl">): number {
  return kl.length === 0 ? 0 : Math.max(0, kl.reduce((sum, value) => sum + value, 0) / kl.length);
}
