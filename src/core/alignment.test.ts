import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { alignTexts, alignTokens, commonLength, splitWords } from "./alignment.ts";

function kinds(left: string, right: string): readonly string[] {
  return alignTokens([...left], [...right]).segments.map(({ kind, left: l, right: r }) => `${kind}:${l}|${r}`);
}

describe("alignTokens", () => {
  it("finds what is shared, changed, and on one side only", () => {
    expect(kinds("abcd", "abcd")).toEqual(["same:abcd|abcd"]);
    expect(kinds("abcd", "abXd")).toEqual(["same:ab|ab", "changed:c|X", "same:d|d"]);
    expect(kinds("abcd", "ad")).toEqual(["same:a|a", "left:bc|", "same:d|d"]);
    expect(kinds("ad", "abcd")).toEqual(["same:a|a", "right:|bc", "same:d|d"]);
    expect(kinds("ab", "abc")).toEqual(["same:ab|ab", "right:|c"]);
    expect(kinds("aXbYc", "aPbQQc")).toEqual(["same:a|a", "changed:X|P", "same:b|b", "changed:Y|QQ", "same:c|c"]);
    expect(kinds("", "")).toEqual([]);
    expect(kinds("ab", "")).toEqual(["left:ab|"]);
  });

  it("names the first position that differs", () => {
    const first = (left: string, right: string) => alignTokens([...left], [...right]).firstDivergence;
    expect(first("abc", "abc")).toBeNull();
    expect(first("abc", "abX")).toBe(2);
    expect(first("abc", "ab")).toBe(2);
    expect(first("", "a")).toBe(0);
    expect(first("aa", "aaa")).toBe(2);
  });

  it("gives back both sides, shares only what is equal, and shares as much as can be", () => {
    const tokens = fc.array(fc.constantFrom("a", "b", "c"), { maxLength: 9 });
    fc.assert(
      fc.property(tokens, tokens, (left, right) => {
        const { segments, sameTokens } = alignTokens(left, right);
        expect(segments.map((segment) => segment.left).join("")).toBe(left.join(""));
        expect(segments.map((segment) => segment.right).join("")).toBe(right.join(""));
        let leftDone = 0;
        let rightDone = 0;
        segments.forEach((segment, index) => {
          expect([segment.leftStart, segment.rightStart]).toEqual([leftDone, rightDone]);
          leftDone = segment.leftEnd;
          rightDone = segment.rightEnd;
          expect(segment.kind === "same").toBe(segment.left === segment.right);
          const previous = segments[index - 1];
          if (previous) expect((previous.kind === "same") !== (segment.kind === "same")).toBe(true);
        });
        expect(sameTokens).toBe(longestByTrying(left, right));
      }),
    );
  });
});

/** Every subsequence of the left list, tried against the right one. */
function longestByTrying(left: readonly string[], right: readonly string[]): number {
  let longest = 0;
  for (let mask = 0; mask < 1 << left.length; mask++) {
    const chosen = left.filter((_, index) => (mask >> index) & 1);
    let matched = 0;
    for (const token of right) if (token === chosen[matched]) matched += 1;
    if (matched === chosen.length) longest = Math.max(longest, matched);
  }
  return longest;
}

describe("alignTexts", () => {
  it("aligns by words and keeps line breaks apart", () => {
    const { segments } = alignTexts("Step 1: a red ball.\nDone", "Step 1: a blue ball.\nDone");
    expect(segments.map(({ kind, left, right }) => [kind, left, right])).toEqual([
      ["same", "Step 1: a", "Step 1: a"],
      ["changed", " red", " blue"],
      ["same", " ball.\nDone", " ball.\nDone"],
    ]);
  });

  it("cuts texts into pieces that give them back", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), (text) => {
        expect(splitWords(text).join("")).toBe(text);
      }),
    );
    expect(commonLength(["a", "x", "b"], ["b", "a", "b"])).toBe(2);
  });
});
