/** Value axes of the hand-drawn charts: where they end, which ticks they have, and where a value lies on them. */

export interface ValueAxis {
  /** Ascending; the first and the last need not be the ends. */
  readonly ticks: readonly number[];
  readonly minimum: number;
  readonly maximum: number;
  /** Place of a value from 0 (lower end) to 1 (upper end); values beyond an end lie on it. */
  readonly share: (value: number) => number;
}

/** About this many ticks. */
const TICKS = 5;

/** A linear axis over at least `minimum` to `maximum`, its ends on ticks unless `end` fixes the upper one. */
export function linearAxis(minimum: number, maximum: number, end?: number): ValueAxis {
  const span = (end ?? maximum) - minimum;
  const step = niceStep(span > 0 ? span / TICKS : 1 / TICKS);
  const from = tidy(Math.floor(minimum / step + 1e-9) * step);
  const to = end ?? tidy(Math.max(from + step, Math.ceil(maximum / step - 1e-9) * step));
  const count = Math.floor((to - from) / step + 1e-9) + 1;
  const ticks = Array.from({ length: count }, (_, index) => tidy(from + index * step));
  return { ticks, minimum: from, maximum: to, share: (value) => clamp((value - from) / (to - from)) };
}

/** A logarithmic axis whose ends are 1, 2 or 5 times a power of ten; both bounds have to be above 0. */
export function logAxis(minimum: number, maximum: number): ValueAxis {
  const first = Math.floor(Math.log10(minimum)) - 1;
  const last = Math.ceil(Math.log10(Math.max(maximum, minimum))) + 1;
  const grid: number[] = [];
  for (let decade = first; decade <= last; decade += 1) {
    for (const digit of [1, 2, 5]) grid.push(tidy(digit * 10 ** decade));
  }
  const from = grid.findLast((value) => value <= minimum * (1 + 1e-9)) ?? minimum;
  const to = grid.find((value) => value >= maximum * (1 - 1e-9) && value > from) ?? maximum;
  const inside = grid.filter((value) => value >= from && value <= to);
  const powers = inside.filter((value) => Number.isInteger(round10(Math.log10(value))));
  const every = Math.ceil(powers.length / 6);
  const ticks = powers.length >= 3 ? powers.filter((_, index) => index % every === 0) : inside;
  const span = Math.log(to / from);
  return {
    ticks,
    minimum: from,
    maximum: to,
    share: (value) => (value > 0 ? clamp(Math.log(value / from) / span) : 0),
  };
}

/** 1, 2 or 5 times a power of ten, the first that is not below `raw`. */
function niceStep(raw: number): number {
  const power = 10 ** Math.floor(Math.log10(raw));
  const digit = [1, 2, 5, 10].find((value) => value * power >= raw * (1 - 1e-9)) ?? 10;
  return digit * power;
}

/**
 * Moves labels apart: places at least `gap` from each other inside `top` to `bottom`, in the given order of height, each
 * as near to where it wants to be as the others let it.
 */
export function spread(wanted: readonly number[], gap: number, top: number, bottom: number): readonly number[] {
  const order = wanted.map((_, index) => index).sort((a, b) => (wanted[a] ?? 0) - (wanted[b] ?? 0));
  const placed = [...wanted];
  let above = top - gap;
  for (const index of order) {
    above = Math.max(placed[index] ?? 0, above + gap);
    placed[index] = above;
  }
  let below = bottom + gap;
  for (const index of order.toReversed()) {
    below = Math.min(placed[index] ?? 0, below - gap);
    placed[index] = below;
  }
  return placed;
}

function clamp(share: number): number {
  return Math.min(1, Math.max(0, share));
}

/** Without the last digits that floating point adds to sums of steps. */
function tidy(value: number): number {
  return Number(value.toPrecision(12));
}

function round10(value: number): number {
  return Math.round(value * 1e10) / 1e10;
}
