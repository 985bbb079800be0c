/**
 * The colour scale for KL per token: six steps, the same wherever KL is shown as colour.
 *
 * The boundaries are a project decision, chosen so that each has a plain meaning by Pinsker's inequality: two
 * distributions with KL = k nats differ by at most √(k/2) of their probability mass. 0.001, 0.01, 0.1, 0.5 and
 * 2 nats thus bound the mass that can have moved to 2 %, 7 %, 22 %, 50 % and 100 %.
 */
import { formatNats, formatShare } from "../format.ts";

/** Lower bounds in nats of steps 1 to 5; step 0 is everything below the first. */
export const KL_BOUNDARIES: readonly number[] = [0.001, 0.01, 0.1, 0.5, 2];

/** What each step means, in words. */
export const KL_WORDS: readonly string[] = [
  "the same",
  "barely moved",
  "slightly moved",
  "clearly moved",
  "strongly moved",
  "replaced",
];

/** Step 0..5 of a KL in nats; null where there is no finite value. */
export function klStep(kl: number | null | undefined): number | null {
  if (kl === null || kl === undefined || !Number.isFinite(kl)) return null;
  let step = 0;
  for (const boundary of KL_BOUNDARIES) if (kl >= boundary) step += 1;
  return step;
}

/** Pinsker's bound on the probability mass that can have moved, √(kl/2), at most 1. */
export function movedMassBound(kl: number): number {
  return Math.min(1, Math.sqrt(Math.max(0, kl) / 2));
}

export interface KlLegendEntry {
  readonly step: number;
  /** "0.01–0.1", "≥ 2". */
  readonly range: string;
  readonly word: string;
  /** What the step bounds, as a sentence. */
  readonly meaning: string;
}

/** One entry per step, light to strong. */
export function klLegendEntries(): readonly KlLegendEntry[] {
  return KL_WORDS.map((word, step) => {
    const low = KL_BOUNDARIES[step - 1];
    const high = KL_BOUNDARIES[step];
    const range =
      low === undefined
        ? `< ${short(high ?? 0)}`
        : high === undefined
          ? `≥ ${short(low)}`
          : `${short(low)}–${short(high)}`;
    const meaning =
      high === undefined
        ? `KL of ${short(low ?? 0)} nats or more: ${word}; all of the probability can have moved.`
        : `KL below ${short(high)} nats: ${word}; at most ${formatShare(movedMassBound(high))} of the probability has moved.`;
    return { step, range, word, meaning };
  });
}

function short(nats: number): string {
  return String(Number(formatNats(nats)));
}
