import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createRandom } from "../../core/random.ts";
import { questionsAbout, referenceTrace } from "../questions/index.ts";
import { sampleScene } from "../sample-scene.ts";
import { judgeTrace, readClaims } from "./index.ts";

const scene = sampleScene(createRandom(31), "train");
const asked = createRandom(32).shuffle(questionsAbout(scene)).slice(0, 60);
const words = [...new Set(asked.flatMap((question) => referenceTrace(question).split(" ")))];

/** Reference traces with words taken out, doubled, swapped or replaced, and cut off anywhere. */
const damaged = fc
  .record({
    question: fc.constantFrom(...asked),
    edits: fc.array(
      fc.record({
        at: fc.nat(80),
        word: fc.constantFrom(...words, "Step 2:", "Final Answer:", "\n", ",", ".", "and", "xyz", "🙂", "ﬁ", "İ"),
        edit: fc.constantFrom("insert", "replace", "remove", "double"),
      }),
      { maxLength: 12 },
    ),
    length: fc.option(fc.nat(300)),
  })
  .map(({ question, edits, length }) => {
    const found = referenceTrace(question).split(" ");
    for (const { at, word, edit } of edits) {
      const before = found[at % found.length] ?? word;
      const after = { insert: [word, before], replace: [word], remove: [], double: [before, before] }[edit];
      found.splice(at % Math.max(1, found.length), 1, ...after);
    }
    return found.join(" ").slice(0, length ?? undefined);
  });

const texts = fc.oneof(
  fc.string({ maxLength: 200 }),
  fc.string({ unit: "binary", maxLength: 200 }),
  fc.array(fc.constantFrom(...words, "I", "no", "\r\n"), { maxLength: 60 }).map((parts) => parts.join(" ")),
  damaged,
);

describe("any text at all", { timeout: 60_000 }, () => {
  it("is read into claims that are in order, inside the text and its exact parts", () => {
    fc.assert(
      fc.property(texts, (trace) => {
        let from = 0;
        for (const { start, end, text } of readClaims(trace)) {
          expect(start).toBeGreaterThanOrEqual(from);
          expect(end).toBeGreaterThan(start);
          expect(text).toBe(trace.slice(start, end));
          from = end;
        }
        expect(from).toBeLessThanOrEqual(trace.length);
      }),
      { seed: 1, numRuns: 1500 },
    );
  });

  it("leaves no word outside of the claims but numbers of steps and joints", () => {
    fc.assert(
      fc.property(damaged, (trace) => {
        let rest = "";
        let from = 0;
        for (const { start, end } of readClaims(trace)) {
          rest += ` ${trace.slice(from, start)}`;
          from = end;
        }
        rest += ` ${trace.slice(from)}`;
        const left =
          rest
            .toLowerCase()
            .replace(/(step )?\d+/g, " ")
            .match(/[\p{L}\p{N}]+/gu) ?? [];
        expect(left.filter((word) => word !== "and")).toEqual([]);
      }),
      { seed: 2, numRuns: 1000 },
    );
  });

  it("gets scores within their ranges", () => {
    fc.assert(
      fc.property(texts, fc.constantFrom(...asked), (trace, question) => {
        const judgement = judgeTrace({ scene, question: question.phrasings()[0] ?? "", trace });
        const { grounding, hallucination, coverage, claims, allTrue, exactMatch } = judgement;
        for (const [score, top] of [
          [grounding, 10],
          [hallucination, 10],
          [coverage, 1],
        ] as const) {
          if (score === null) continue;
          expect(score).toBeGreaterThanOrEqual(0);
          expect(score).toBeLessThanOrEqual(top);
        }
        const read = claims.filter(({ verdict }) => verdict !== "unreadable").length;
        const readable = claims.length > 0 && 2 * read >= claims.length;
        expect([grounding === null, hallucination === null]).toEqual([!readable, !readable]);
        for (const { verdict, content, reason } of claims) {
          expect(reason).not.toBe("");
          if (content === null) expect(verdict).toBe("unreadable");
        }
        expect(allTrue).toBe(claims.length > 0 && claims.every(({ verdict }) => verdict === "true"));
        if (exactMatch) expect(claims.at(-1)?.verdict ?? "true").not.toBe("false");
      }),
      { seed: 3, numRuns: 200 },
    );
  });

  it.each([
    ["a list without an end", `I observe ${"a red ball, ".repeat(5_000)}`],
    ["steps without words", "Step 1: ".repeat(5_000)],
    ["sentences without a stop", "Therefore the red ball is ".repeat(2_000)],
    ["adjectives without a noun", `the ${"red ".repeat(20_000)}`],
    ["numbers without a sum", "two and ".repeat(5_000)],
    ["answers without an answer", "Final Answer: ".repeat(5_000)],
    ["one long word", "a".repeat(50_000)],
    ["counts", "I count two balls, the red ball. Two and one make three. ".repeat(1_000)],
  ])("is judged even where it goes on and on: %s", (_, trace) => {
    expect(
      judgeTrace({ scene, question: asked[0]?.phrasings()[0] ?? "", trace: `${trace} Final Answer: two` }).claims
        .length,
    ).toBeGreaterThan(0);
  });
});
