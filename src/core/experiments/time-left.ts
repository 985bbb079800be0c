/**
 * How long an experiment still takes. Its work comes in blocks, one model on a few samples, and all blocks are known when
 * it starts. A model's blocks take alike: one that writes much takes ten times as long as one that writes little, so that
 * a pace over all models says nothing of what is left. A block of few samples costs nearly as much as one of many.
 */
import { SPREAD, type TimeLeft } from "../time-left.ts";

export interface WorkBlock {
  /** What is measured; blocks of a kind take alike. */
  readonly kind: string;
  /** Traces that the dense model writes, the dense model itself, or a pruned one. */
  readonly role: "traces" | "dense" | "pruned";
  readonly samples: number;
}

export interface WorkNote {
  /** All blocks of this run in the order in which they come; the same list in every note of a run. */
  readonly blocks: readonly WorkBlock[];
  /** Place of the block at hand. */
  readonly at: number;
  /** Whether pruned models write, too. */
  readonly generate: boolean;
  /** Share of the run's units that is done, from 0 to 1. */
  readonly share: number;
}

interface Finished extends WorkBlock {
  readonly seconds: number;
}

/** Nothing is said before so much of the work is done, or so many of the kinds have been seen. */
const TENTH = 0.1;
const KNOWN_KINDS = 0.5;

/** What a block costs besides its samples, in samples: from blocks of 3, 8 and 24 samples of the bundled model. */
const FIXED_COST = 4;

/** Of a run's very first block, what belongs to its work; the rest compiles and warms caches. */
const FIRST_BLOCK = 0.5;

/** How far kinds that have not been seen lie from the mean of those that have. */
const UNSEEN = { low: 0.7, high: 1.35 } as const;

/** Seconds by cost that no clock of a page can tell from nothing. */
const TINY = 1e-6;

/** The latest blocks are this share of all, and at least so many. */
const LATEST = 0.5;
const LEAST_LATEST = 4;

/** @returns takes in how far a run is at a time in seconds, and says what is left; null while that is not known. */
export function createExperimentTime(): (note: WorkNote, now: number) => TimeLeft | null {
  const finished: Finished[] = [];
  let open: { readonly at: number; readonly since: number } | null = null;
  return ({ blocks, at, generate, share }, now) => {
    if (open?.at !== at) {
      const block = open === null ? undefined : blocks[open.at];
      if (open && block) finished.push({ ...block, seconds: now - open.since });
      open = { at, since: now };
    }
    const kinds = new Set(blocks.map(({ kind }) => kind));
    const seen = new Set(finished.map(({ kind }) => kind));
    if (seen.size < 2 || (share < TENTH && seen.size < KNOWN_KINDS * kinds.size)) return null;
    return estimate(finished, blocks.slice(at), generate, now - open.since);
  };
}

/** @param ahead the block at hand, of which `spent` seconds are gone, and all that come after it. */
function estimate(
  finished: readonly Finished[],
  ahead: readonly WorkBlock[],
  generate: boolean,
  spent: number,
): TimeLeft {
  const rates = ratesOf(finished);
  const other = rateOfOthers(finished, rates, generate);
  const paces = [1, paceOf(finished, rates)];
  const end = (side: "low" | "high", pace: number) => {
    const seconds = (block: WorkBlock) => pace * (rates.get(block.kind) ?? other) * costOf(block.samples);
    const spread = ({ kind }: WorkBlock) => (rates.has(kind) ? SPREAD : UNSEEN)[side];
    // What the block at hand has taken is gone, but no more than it will take.
    const gone = Math.min(spent, ...ahead.slice(0, 1).map(seconds));
    return Math.max(0, ahead.reduce((sum, block) => sum + spread(block) * seconds(block), 0) - gone);
  };
  return { low: end("low", Math.min(...paces)), high: end("high", Math.max(...paces)) };
}

/** What a block of so many samples costs, in samples. */
function costOf(samples: number): number {
  return FIXED_COST + samples;
}

/** Seconds by cost, over some blocks; NaN without any. */
function rateOf(blocks: readonly Finished[]): number {
  return (
    blocks.reduce((sum, { seconds }) => sum + seconds, 0) /
    blocks.reduce((sum, { samples }) => sum + costOf(samples), 0)
  );
}

/** Every kind's seconds by cost, over all of its blocks: it has too few of them to say how it changed. */
function ratesOf(finished: readonly Finished[]): ReadonlyMap<string, number> {
  const [first] = finished;
  const rates = new Map<string, number>();
  for (const kind of new Set(finished.map((block) => block.kind))) {
    const own = finished.filter((block) => block.kind === kind);
    const steady = own.filter((block) => block !== first);
    rates.set(kind, steady.length > 0 ? rateOf(steady) : FIRST_BLOCK * rateOf(own));
  }
  return rates;
}

/**
 * The rate of kinds that have not been seen yet: they lie about those of the pruned models that have been, and about what
 * the dense one takes, which a pruned one takes as well.
 */
function rateOfOthers(finished: readonly Finished[], rates: ReadonlyMap<string, number>, generate: boolean): number {
  const roles = new Map(finished.map(({ kind, role }) => [kind, role]));
  const of = (role: WorkBlock["role"]) =>
    [...rates].flatMap(([kind, rate]) => (roles.get(kind) === role ? [rate] : []));
  const [traces = 0] = of("traces");
  const known = [...of("dense").map((dense) => dense + (generate ? traces : 0)), ...of("pruned")];
  // Kinds lie apart by factors, so that one that writes until its limit says no more than one that stops at once.
  const logs = (known.length > 0 ? known : [...rates.values()]).map((rate) => Math.log(Math.max(rate, TINY)));
  return Math.exp(logs.reduce((sum, one) => sum + one, 0) / logs.length);
}

/**
 * How much longer the latest blocks took than blocks of their kinds take over the whole run. Machines become slower and
 * faster while they do other things too; whether the rest goes like these or like all nobody knows.
 */
function paceOf(finished: readonly Finished[], rates: ReadonlyMap<string, number>): number {
  const steady = finished.slice(1);
  const latest = steady.slice(-Math.max(LEAST_LATEST, Math.ceil(LATEST * steady.length)));
  const expected = latest.reduce((sum, { kind, samples }) => sum + (rates.get(kind) ?? 0) * costOf(samples), 0);
  return expected > 0 ? latest.reduce((sum, { seconds }) => sum + seconds, 0) / expected : 1;
}
