/** Which models removed the same share of themselves: only they are ranked with each other. */

/** How far reached ratios may lie apart in one group: half a percentage point (project decision). */
export const SAME_RATIO = 0.005;

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
    // What people read as half a point is not one because of the last bits of a sum.
    if (last && ratio - last.from <= SAME_RATIO + 1e-9) last.places.push(place);
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
