/** Which models removed the same share of themselves, since only they are ranked with each other; and who is best of them. */

import type { Estimate } from "./experiment.ts";

/** How far reached ratios may lie apart in one group: half a percentage point (project decision). */
export const SAME_RATIO = 0.005;

/** Whether two plans removed the same share, as people read it. */
export function sameRatio(one: number, other: number): boolean {
  // What people read as half a point is not one because of the last bits of a sum.
  return Math.abs(one - other) <= SAME_RATIO + 1e-9;
}

/** A mean over fewer samples than this share of the most that any of its group has is not called the best. */
const ENOUGH_SAMPLES = 0.5;

/**
 * Places of `reached` in groups, each from its lowest ratio up to `SAME_RATIO` above it; lowest groups first.
 * @param reached shares of structural parameters that are removed.
 */
export function groupsOfEqualRatio(reached: readonly number[]): readonly (readonly number[])[] {
  const order = reached.map((ratio, place) => ({ ratio, place })).sort((a, b) => a.ratio - b.ratio);
  const groups: { readonly from: number; readonly places: number[] }[] = [];
  for (const { ratio, place } of order) {
    const last = groups.at(-1);
    if (last && sameRatio(ratio, last.from)) last.places.push(place);
    else groups.push({ from: ratio, places: [place] });
  }
  return groups.map(({ places }) => places.sort((a, b) => a - b));
}

/** Of the places of one group those that may be called the best, by how many samples each mean is over; 0 is not measured. */
export function mayBeBest(group: readonly number[], samples: readonly number[]): readonly number[] {
  const counts = group.map((place) => samples[place] ?? 0);
  const most = Math.max(0, ...counts);
  if (counts.filter((count) => count > 0).length < 2) return [];
  return group.filter((_, index) => (counts[index] ?? 0) > 0 && (counts[index] ?? 0) >= ENOUGH_SAMPLES * most);
}

/**
 * Places of the best of one group, and of all whose 95 % intervals reach into the best one's: those are not told apart
 * from it. Nobody is best where that is everybody.
 *
 * @param group as `groupsOfEqualRatio` gives it.
 * @param found of every place; null or over no samples is not measured.
 */
export function bestOfGroup(
  group: readonly number[],
  found: readonly (Estimate | null | undefined)[],
  betterWhen: "higher" | "lower",
): readonly number[] {
  const measured = found.map((one) => (one && Number.isFinite(one.mean) ? one.count : 0));
  const places = mayBeBest(group, measured);
  const sign = betterWhen === "higher" ? 1 : -1;
  const at = (place: number) => found[place] ?? NOTHING;
  const best = places.reduce<Estimate | null>(
    (top, place) => (top !== null && sign * at(place).mean <= sign * top.mean ? top : at(place)),
    null,
  );
  if (best === null) return [];
  const alike = group.filter((place) => (measured[place] ?? 0) === 0 || overlap(at(place), best));
  return alike.length === group.length ? [] : places.filter((place) => alike.includes(place));
}

const NOTHING: Estimate = { mean: Number.NaN, low: Number.NaN, high: Number.NaN, count: 0 };

/** Whether two intervals touch; one without ends is its mean. */
function overlap(one: Estimate, other: Estimate): boolean {
  const [low, high] = endsOf(one);
  const [otherLow, otherHigh] = endsOf(other);
  return low <= otherHigh && otherLow <= high;
}

function endsOf({ mean, low, high }: Estimate): readonly [number, number] {
  return [Number.isFinite(low) ? low : mean, Number.isFinite(high) ? high : mean];
}
