/**
 * Value scales of every chart: where they end, which ticks they have, and where a value lies on them. Round ends and
 * ticks are d3-array's. d3-scale would add 10 kB gzip for what is one division here (docs/architecture.md, Charts).
 */
import { nice, ticks } from "d3-array";

export interface ValueScale {
  /** Ascending; the first and the last need not be the ends. */
  readonly ticks: readonly number[];
  readonly minimum: number;
  readonly maximum: number;
  /** Place of a value from 0 (lower end) to 1 (upper end); values beyond an end lie on it. */
  readonly share: (value: number) => number;
}

/** About this many ticks. */
const TICKS = 5;

/** A linear scale over at least `minimum` to `maximum`, its ends on ticks unless `end` fixes the upper one. */
export function linearScale(minimum: number, maximum: number, end?: number): ValueScale {
  const wanted = end ?? maximum;
  const [from, to] = nice(minimum, wanted > minimum ? wanted : minimum + 1, TICKS);
  const last = end ?? to;
  return { ...between(from, last), ticks: ticks(from, last, TICKS) };
}

/** A linear scale with these ticks, ascending, that ends at the first and the last of them. */
export function tickScale(own: readonly number[]): ValueScale {
  return { ...between(own[0] ?? 0, own.at(-1) ?? 1), ticks: own };
}

function between(minimum: number, maximum: number): Omit<ValueScale, "ticks"> {
  return { minimum, maximum, share: (value) => clamp((value - minimum) / (maximum - minimum)) };
}

/** A logarithmic scale whose ends are 1, 2 or 5 times a power of ten; both bounds have to be above 0. */
export function logScale(minimum: number, maximum: number): ValueScale {
  const first = Math.floor(Math.log10(minimum)) - 1;
  const last = Math.ceil(Math.log10(Math.max(maximum, minimum))) + 1;
  const grid: number[] = [];
  for (let decade = first; decade <= last; decade++) {
    for (const digit of [1, 2, 5]) grid.push(Number(`${digit}e${decade}`));
  }
  const from = grid.findLast((value) => value <= minimum * (1 + 1e-9)) ?? minimum;
  const to = grid.find((value) => value >= maximum * (1 - 1e-9) && value > from) ?? maximum;
  const inside = grid.filter((value) => value >= from && value <= to);
  const powers = inside.filter((value) => String(value.toExponential()).startsWith("1e"));
  const every = Math.ceil(powers.length / 6);
  const span = Math.log(to / from);
  return {
    ticks: powers.length >= 3 ? powers.filter((_, index) => index % every === 0) : inside,
    minimum: from,
    maximum: to,
    share: (value) => (value > 0 ? clamp(Math.log(value / from) / span) : 0),
  };
}

function clamp(share: number): number {
  return Math.min(1, Math.max(0, share));
}
