/** Room for labels, without measuring text. */

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

/** Room that the number of a layer needs, CSS pixels. */
const NUMBER_ROOM = 16;

/** Every how many layers, `step` pixels apart, there is room for a number: 1, 2, 5 or 10. */
export function thinned(step: number): 1 | 2 | 5 | 10 {
  return ([1, 2, 5] as const).find((every) => every * step >= NUMBER_ROOM) ?? 10;
}
