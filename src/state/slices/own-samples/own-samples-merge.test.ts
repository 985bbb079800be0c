// @module-tag attack
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type KeptSamples, mergeSamples, sameEntries } from "./own-samples-merge.ts";
import type { OwnEntry } from "./own-samples-state.ts";

const sample = (number: number, question = `${number}?`): OwnEntry => ({
  number,
  picture: null,
  question,
  answer: null,
  trace: null,
});
const list = (entries: readonly OwnEntry[], usedWith: string | null = null): KeptSamples => ({ entries, usedWith });
const [a, b, c, d] = [sample(1), sample(2), sample(3), sample(4)];

describe("merging own samples of two tabs", () => {
  it("keeps what each has added, kept ones first, and removes what either has removed", () => {
    expect(mergeSamples(list([a, b]), list([b, d]), list([a, b, c])).entries).toEqual([b, c, d]);
    expect(mergeSamples(list([a, b]), list([a, b, d]), list([b])).entries).toEqual([b, d]);
    expect(mergeSamples(list([]), list([d]), list([a, b])).entries).toEqual([a, b, d]);
  });

  it("takes the change of the one that made one, and this page's where both did", () => {
    const [mine, theirs] = [sample(1, "mine"), sample(1, "theirs")];
    expect(mergeSamples(list([a, b]), list([a, b]), list([theirs, b])).entries).toEqual([theirs, b]);
    expect(mergeSamples(list([a, b]), list([mine, b]), list([a, b])).entries).toEqual([mine, b]);
    expect(mergeSamples(list([a, b]), list([mine, b]), list([theirs, b])).entries).toEqual([mine, b]);
    expect(mergeSamples(list([a, b]), list([mine, b]), list([b])).entries).toEqual([mine, b]);
  });

  it("puts what comes back where it was, and what is new at the end", () => {
    expect(mergeSamples(list([a, c]), list([a, b, c]), list([a, c])).entries).toEqual([a, b, c]);
    expect(mergeSamples(list([a, c]), list([a, b, c]), list([a, c, d])).entries).toEqual([a, b, c, d]);
    expect(mergeSamples(list([]), list([a, b, c]), list([d])).entries).toEqual([d, a, b, c]);
  });

  it("goes by the weights that were named last", () => {
    expect(mergeSamples(list([], "w"), list([], "w"), list([])).usedWith).toBeNull();
    expect(mergeSamples(list([], "w"), list([]), list([], "w")).usedWith).toBeNull();
    expect(mergeSamples(list([]), list([], "w"), list([])).usedWith).toBe("w");
  });

  it("changes nothing where only one side has changed", () => {
    const subset = fc.subarray([a, b, c, d, sample(1, "other"), sample(2, "other")]).map((entries) => {
      const once = new Map(entries.map((entry) => [entry.number, entry]));
      return list([...once.values()]);
    });
    const sorted = ({ entries, usedWith }: KeptSamples) =>
      list(
        [...entries].sort((x, y) => x.number - y.number),
        usedWith,
      );
    fc.assert(
      fc.property(subset, subset, (base, changed) => {
        expect(sameEntries(mergeSamples(base, base, changed), changed)).toBe(true);
        // Kept samples keep their places; the set is what counts.
        expect(sameEntries(sorted(mergeSamples(base, changed, base)), sorted(changed))).toBe(true);
      }),
    );
  });
});
