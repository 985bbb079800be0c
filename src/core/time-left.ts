/**
 * How long a run still takes, from what it has taken so far. Work comes in blocks (a run of a calibration, one model on a
 * few samples), and blocks of one kind take alike: models that write much take ten times as long as those that write
 * little, so that a pace over all of them says nothing of what is left. Nothing is said before enough has been seen.
 */

/** Seconds; what is left lies between them if the rest goes as the blocks before went. */
export interface TimeLeft {
  readonly low: number;
  readonly high: number;
}

export interface WorkNote {
  /** Names the block at hand; another name ends the one before. */
  readonly block: string;
  /** What the block is of: blocks of a kind take alike. */
  readonly kind: string;
  /** Units of this kind in the whole run; 0 for what only prepares the block behind it. */
  readonly ofKind: number;
  /** Kinds in the whole run. */
  readonly kinds: number;
  /** Units that are done, of all; whole blocks are counted. */
  readonly done: number;
  readonly total: number;
}

interface Block {
  readonly units: number;
  readonly seconds: number;
}

interface Kind {
  /** In the whole run, and done in this one. */
  readonly units: number;
  done: number;
  /** All but the run's very first. */
  readonly blocks: Block[];
}

/** Blocks beside the first one before anything is said: the first one compiles and warms caches. */
const LEAST_BLOCKS = 2;

/** A share of the kinds: while fewer have been seen, what is left is mostly of a kind that nothing is known of. */
const KNOWN_KINDS = 0.5;

/** How far one block lies from the next of its kind, on machines that do other things too. */
const SPREAD = { low: 0.85, high: 1.2 } as const;

/** @returns takes in how far a run is at a time in seconds, and says what is left; null while that is not known. */
export function createTimeLeft(): (note: WorkNote, now: number) => TimeLeft | null {
  const kinds = new Map<string, Kind>();
  let open: { readonly block: string; readonly done: number; readonly since: number } | null = null;
  let kind: { readonly name: string; readonly units: number } = { name: "", units: 0 };
  let count = 0;

  function close(done: number, now: number): void {
    if (open === null || done <= open.done) return;
    count += 1;
    const block = { units: done - open.done, seconds: now - open.since };
    const known = kinds.get(kind.name) ?? { units: kind.units, done: 0, blocks: [] };
    kinds.set(kind.name, known);
    known.done += block.units;
    // What the very first block took besides its work is not taken again.
    if (count > 1) known.blocks.push(block);
  }

  return ({ block, kind: name, ofKind, kinds: all, done, total }, now) => {
    if (open?.block !== block) {
      const since = open !== null && done <= open.done ? open.since : now;
      close(done, now);
      open = { block, done, since };
    }
    if (ofKind > 0) kind = { name, units: ofKind };
    if (count <= LEAST_BLOCKS || kinds.size < KNOWN_KINDS * all) return null;
    return estimate(kinds, total - open.done, now - open.since, kind.name);
  };
}

function estimate(
  kinds: ReadonlyMap<string, Kind>,
  remaining: number,
  spent: number,
  current: string,
): TimeLeft | null {
  const costs = [...kinds].flatMap(([name, { units, done, blocks }]) =>
    blocks.length === 0 ? [] : [{ name, ...costOf(blocks), left: Math.max(0, units - done) }],
  );
  if (costs.length === 0) return null;
  const known = costs.reduce((sum, { left }) => sum + left, 0);
  const unknown = Math.max(0, remaining - known);
  // Some of it may have been done before this run.
  const share = known > remaining ? remaining / known : 1;
  // What the block at hand has taken is gone, but no more than it will take.
  const units = kinds.get(current)?.blocks.at(-1)?.units ?? 1;
  const own = costs.find(({ name }) => name === current);
  const end = (side: "low" | "high", quantile: number) => {
    const sure = costs.reduce((sum, cost) => sum + cost[side] * cost.left, 0);
    const other = quantileOf(
      costs.map((cost) => cost[side]),
      quantile,
    );
    return Math.max(0, SPREAD[side] * share * sure + unknown * other - Math.min(spent, units * (own?.[side] ?? other)));
  };
  return { low: end("low", 0.25), high: end("high", 0.75) };
}

/**
 * Seconds for a unit: over all blocks, and over their later half. Machines become slower and faster while they do other
 * things too; which of both the rest follows nobody knows.
 */
function costOf(blocks: readonly Block[]): { readonly low: number; readonly high: number } {
  const over = (some: readonly Block[]) =>
    some.reduce((sum, { seconds }) => sum + seconds, 0) / some.reduce((sum, { units }) => sum + units, 0);
  const [all, recent] = [over(blocks), over(blocks.slice(-Math.max(2, Math.ceil(blocks.length / 2))))];
  return { low: Math.min(all, recent), high: Math.max(all, recent) };
}

/** @param values at least one. */
function quantileOf(values: readonly number[], share: number): number {
  return values.toSorted((a, b) => a - b)[Math.round(share * (values.length - 1))] ?? 0;
}

/** How far a calibration is: samples of the runs up to the one at hand, of all; `from` were summed before this worker. */
export interface CalibrationNote {
  readonly pass: "traces" | "forward" | "backward";
  readonly sample: number;
  readonly samples: number;
  readonly from?: number | undefined;
}

/** The same for a calibration, whose blocks are its runs. Another worker begins anew, and so does who has written traces. */
export function createCalibrationTime(): (note: CalibrationNote, now: number) => TimeLeft | null {
  let timeLeft = createTimeLeft();
  let first: number | null = null;
  let [at, done] = [0, 0];
  return ({ pass, sample, samples, from = 0 }, now) => {
    if (pass === "traces") return null;
    if (first !== from) {
      timeLeft = createTimeLeft();
      first = from;
      [at, done] = [from, from];
    }
    if (sample !== at) [at, done] = [sample, at];
    return timeLeft({ block: `${sample}`, kind: "samples", ofKind: samples, kinds: 1, done, total: samples }, now);
  };
}
