import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { answersMatch, finalAnswer, normaliseAnswer } from "./answer.ts";
import { formatScore } from "./format-score.ts";
import { bleu, similarity, tokenF1 } from "./text.ts";

describe("finalAnswer", () => {
  it.each([
    [" Step 1: I see. Final Answer: three", "three"],
    ["Final Answer: one. Wait. Final Answer: Two red balls.", "Two red balls"],
    ["**Final Answer:** **3.5**\nmore", "3.5"],
    ["Final answer:\n\n  yes!", "yes"],
    ["So the answer: no", "no"],
    ["Answer: 1. Final Answer: 2. Answer: 3", "2. Answer: 3"],
    ['Final Answer: "a cube"', "a cube"],
    ["Final Answer: −4 %", "−4 %"],
    ["Final Answer:", null],
    ["Final Answer: . ", null],
    ["I cannot answer", null],
    ["", null],
  ])("of %j is %j", (trace, expected) => {
    expect(finalAnswer(trace)).toBe(expected);
  });
});

describe("answersMatch", () => {
  it("compares normalised answers only", () => {
    expect(answersMatch("Step 1: x. Final Answer: The red ball.", "Final Answer: red  Ball")).toBe(true);
    expect(answersMatch("Final Answer: 3", "Final Answer: 4")).toBe(false);
    expect(answersMatch("Final Answer: 3", "Final Answer: -3")).toBe(false);
    expect(answersMatch("Final Answer: 3", "It is 3")).toBe(false);
    expect(answersMatch("nothing", "nothing")).toBe(false);
  });

  it("keeps signs that change the meaning", () => {
    expect(["−3", "50%", "$5", "(b)", "3.5,"].map(normaliseAnswer)).toEqual(["-3", "50%", "$5", "b", "3.5"]);
  });
});

describe("formatScore", () => {
  it.each([
    ["Step 1: a. Step 2: b. Final Answer: c", true, true, true],
    ["1. a\n2) b\nFinal Answer: c", true, true, true],
    ["Step 1: a. Step 3: b. Final Answer: c", true, false, true],
    ["Step 1: a. Final Answer: c. Step 2: b", true, true, false],
    ["Step 1: a. Step 2: b.", true, true, false],
    ["Step 1: a. Answer: b.", true, true, false],
    ["Final Answer: c", false, false, true],
    ["hm", false, false, false],
  ])("of %j: steps %s, in order %s, answer %s", (trace, steps, inOrder, answer) => {
    const score = [steps, inOrder, answer].filter(Boolean).length / 3;
    expect(formatScore(trace)).toEqual({ score, steps, inOrder, answer });
  });
});

describe("text overlap", () => {
  it("counts shared words for F1", () => {
    expect(tokenF1("the red ball", "the ball is red")).toBeCloseTo(6 / 7, 12);
    expect(tokenF1("a a b", "a b b")).toBeCloseTo(4 / 6, 12);
    expect([tokenF1("", ""), tokenF1("a", ""), tokenF1("a", "b")]).toEqual([1, 0, 0]);
  });

  it("minds the order for similarity", () => {
    expect(similarity("a b c", "a b c")).toBe(1);
    expect(similarity("a b c", "c b a")).toBeCloseTo(2 / 6, 12);
    expect(similarity("", "")).toBe(1);
  });

  it("gives BLEU as worked by hand", () => {
    // Precisions 4/5, (2+1)/(4+1), (1+1)/(3+1), (0+1)/(2+1); no brevity penalty.
    const expected = (0.8 * 0.6 * 0.5 * (1 / 3)) ** 0.25;
    expect(bleu("the red ball is here", "the red ball was here")).toBeCloseTo(expected, 12);
    // Both words right but half as long: precision 1, brevity exp(1 − 4/2).
    expect(bleu("the red ball rolls", "the red")).toBeCloseTo(Math.exp(-1), 12);
    expect(bleu("a b", "c d")).toBe(0);
  });

  it("gives 1 for equal texts and stays within 0..1", () => {
    const text = fc.array(fc.constantFrom("a", "b", "c", "d"), { maxLength: 8 }).map((words) => words.join(" "));
    fc.assert(
      fc.property(text, text, (reference, candidate) => {
        for (const measure of [tokenF1, bleu, similarity]) {
          expect(measure(reference, reference)).toBeCloseTo(1, 12);
          expect(measure(reference, candidate)).toBeGreaterThanOrEqual(0);
          expect(measure(reference, candidate)).toBeLessThanOrEqual(1);
        }
      }),
    );
  });
});
