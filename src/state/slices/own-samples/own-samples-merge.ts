/** One list of own samples that several tabs change: what each has changed goes into what the others have kept. */
import type { OwnEntry } from "./own-samples-state.ts";

export interface KeptSamples {
  readonly entries: readonly OwnEntry[];
  /** Weights that the list was used with in place of their own set; null when it was not. */
  readonly usedWith: string | null;
}

export const NOTHING_KEPT: KeptSamples = { entries: [], usedWith: null };

/**
 * Merges three ways. Entries count as unchanged while they are the same object. Kept entries stand in their order; those
 * of this page alone stand before the one that follows them here, or at the end. Where both sides have changed one sample, this page's change stands; what this page removed is removed; what
 * was removed elsewhere comes back only if it was changed here.
 *
 * @param base what was kept when this page last looked.
 * @param mine what this page has now.
 * @param theirs what is kept now, with the objects of `mine` for samples that are equal.
 */
export function mergeSamples(base: KeptSamples, mine: KeptSamples, theirs: KeptSamples): KeptSamples {
  const before = byNumber(base);
  const here = byNumber(mine);
  const there = byNumber(theirs);
  const kept = theirs.entries.flatMap((entry) => {
    const own = here.get(entry.number);
    const known = before.get(entry.number);
    if (!own) return known ? [] : [entry];
    return [own === known ? entry : own];
  });
  const added = mine.entries.filter(({ number }) => !there.has(number) && before.get(number) !== here.get(number));
  return {
    entries: putBetween(kept, added, mine.entries),
    usedWith: mine.usedWith === base.usedWith ? theirs.usedWith : mine.usedWith,
  };
}

export function sameEntries({ entries }: KeptSamples, other: KeptSamples): boolean {
  return entries.length === other.entries.length && entries.every((entry, place) => entry === other.entries[place]);
}

function byNumber({ entries }: KeptSamples): Map<number, OwnEntry> {
  return new Map(entries.map((entry) => [entry.number, entry]));
}

/** Puts `added` among `kept`: each before the entry of `kept` that comes next in `order`, or at the end. */
function putBetween(
  kept: readonly OwnEntry[],
  added: readonly OwnEntry[],
  order: readonly OwnEntry[],
): readonly OwnEntry[] {
  const places = new Map(kept.map(({ number }) => [number, [] as OwnEntry[]]));
  const isAdded = new Set(added);
  let waiting: OwnEntry[] = [];
  for (const entry of order) {
    const place = places.get(entry.number);
    if (isAdded.has(entry)) waiting.push(entry);
    else if (place) {
      place.push(...waiting);
      waiting = [];
    }
  }
  return [...kept.flatMap((entry) => [...(places.get(entry.number) ?? []), entry]), ...waiting];
}
