/**
 * Value scales of every chart: where they end, which ticks they have, and where a value lies on them. Ticks between fixed
 * ends are d3-array's. d3-scale would add 10 kB gzip for what is one division here (docs/architecture.md, Charts).
 */
import { ticks } from "d3-array";

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

/** Fewest and most steps between the ends of an axis that are chosen. */
const FEWEST_STEPS = 3;
const MOST_STEPS = 7;

/**
 * A linear scale over at least `minimum` to `maximum`. Its ends are ticks, as near to the values as three to seven round
 * steps allow, unless `end` fixes the upper one.
 */
export function linearScale(minimum: number, maximum: number, end?: number): ValueScale {
  const wanted = end ?? maximum;
  const own = nearestTicks(minimum, wanted > minimum ? wanted : minimum + 1);
  if (end === undefined) return tickScale(own);
  const from = own[0] ?? minimum;
  return { ...between(from, end), ticks: ticks(from, end, TICKS) };
}

/** Ticks at round steps whose first and last enclose the values most closely; about `TICKS` of those that are as close. */
function nearestTicks(minimum: number, maximum: number): readonly number[] {
  const decade = Math.floor(Math.log10(maximum - minimum));
  let best: readonly number[] = [minimum, maximum];
  let [room, off] = [Number.POSITIVE_INFINITY, 0];
  for (const power of [decade - 1, decade, decade + 1]) {
    for (const digits of [1, 2, 2.5, 5]) {
      const step = Number(`${digits}e${power}`);
      const first = Math.floor(minimum / step + 1e-9);
      const last = Math.ceil(maximum / step - 1e-9);
      const steps = last - first;
      if (steps < FEWEST_STEPS || steps > MOST_STEPS) continue;
      const [span, distance] = [steps * step, Math.abs(steps - TICKS)];
      if (span > room * (1 + 1e-9) || (span > room * (1 - 1e-9) && distance >= off)) continue;
      [room, off] = [span, distance];
      best = Array.from({ length: steps + 1 }, (_, place) => Number(((first + place) * step).toPrecision(12)));
    }
  }
  return best;
}

/** A linear scale with these ticks, ascending, that ends at the first and the last of them. */
export function tickScale(own: readonly number[]): ValueScale {
  return { ...between(own[0] ?? 0, own.at(-1) ?? 1), ticks: own };
}

/** A scale from 0 to 1 by square roots, with these ticks: small shares stand apart, and its ends never move. */
export function rootScale(own: readonly number[]): ValueScale {
  return { ticks: own, minimum: 0, maximum: 1, share: (value) => Math.sqrt(clamp(value)) };
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

/** Decades that a logarithmic axis with a zero shows below the one of its highest value. */
const DECADES_WITH_ZERO = 4;
/** Share of such an axis that lies between 0 and its lowest power of ten. */
const ZERO_BAND = 0.1;

export interface ZeroLogScale extends ValueScale {
  /** From here on the scale is logarithmic; below it is linear, down to 0. */
  readonly linearBelow: number;
}

/**
 * A scale that is logarithmic and still has a place for 0 (symmetric logarithm, upper half): linear from 0 to the lowest
 * power of ten shown, powers of ten equally far apart above it. It ends at 1, 2 or 5 times a power of ten.
 * @param maximum highest value; nothing above 0 gives an axis to 1.
 */
export function zeroLogScale(maximum: number): ZeroLogScale {
  const highest = maximum > 0 ? maximum : 1;
  const decade = Math.ceil(Math.log10(highest) - 1e-9);
  const first = decade - DECADES_WITH_ZERO;
  const linearBelow = Number(`1e${first}`);
  const end = [2, 5, 10].map((digits) => Number(`${digits}e${decade - 1}`)).find((one) => highest <= one * (1 + 1e-9));
  const to = end ?? Number(`1e${decade}`);
  const span = Math.log(to / linearBelow);
  return {
    ticks: [
      0,
      ...Array.from({ length: DECADES_WITH_ZERO }, (_, place) => Number(`1e${first + place}`)),
      ...(to > Number(`1e${decade - 1}`) ? [to] : []),
    ],
    minimum: 0,
    maximum: to,
    linearBelow,
    share: (value) =>
      value < linearBelow
        ? clamp((ZERO_BAND * value) / linearBelow)
        : clamp(ZERO_BAND + (1 - ZERO_BAND) * (Math.log(value / linearBelow) / span)),
  };
}

function clamp(share: number): number {
  return Math.min(1, Math.max(0, share));
}
