/** Which evaluation samples an experiment measures, in which order. */

/**
 * Places in the evaluation set, the families in turn (first of each, second of each, …), so that means over what is done
 * so far speak for all families. Families stand in the order in which they first occur; a sample without one belongs to
 * the family null.
 *
 * @param families one per sample of the evaluation set.
 * @param samplesPerFamily only the first ones of each family; all when null.
 */
export function interleavedSamples(
  families: readonly (string | null)[],
  samplesPerFamily: number | null,
): readonly number[] {
  const byFamily = new Map<string | null, number[]>();
  families.forEach((family, place) => {
    const list = byFamily.get(family) ?? [];
    list.push(place);
    byFamily.set(family, list);
  });
  const lists = [...byFamily.values()].map((list) => list.slice(0, samplesPerFamily ?? list.length));
  const longest = Math.max(0, ...lists.map((list) => list.length));
  return Array.from({ length: longest }, (_, turn) => lists.flatMap((list) => list.slice(turn, turn + 1))).flat();
}

/** Cuts a list into parts of `size`, the last one shorter. */
export function chunksOf<Item>(items: readonly Item[], size: number): readonly (readonly Item[])[] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  );
}
