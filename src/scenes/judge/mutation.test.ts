import { describe, expect, it } from "vitest";
import { createRandom, type Random } from "../../core/random.ts";
import { questionKinds, referenceTrace } from "../questions/index.ts";
import { pick, sampleScene } from "../sample-scene.ts";
import type { Scene } from "../scene.ts";
import { changed, createOracle, exchanges, rules, sentencesOf } from "../testing/judge.ts";
import { capitalise, numberWord } from "../words.ts";
import { judgeTrace } from "./index.ts";

/** The verdicts on each sentence; all are judged at once, in one long trace. */
function verdictsOf(scene: Scene, sentences: readonly string[]): readonly (readonly string[])[] {
  const verdicts: string[][] = sentences.map(() => []);
  const { claims } = judgeTrace({ scene, question: "", trace: sentences.join(". ") });
  for (const { sentence, verdict } of claims) verdicts[sentence]?.push(verdict);
  return verdicts;
}

describe("single sentences, against an oracle of reference sentences", () => {
  it("about a similar scene are true exactly when they are true of this one", { timeout: 60_000 }, () => {
    const random = createRandom(21);
    const seen = { true: 0, false: 0 };
    for (let round = 0; round < 12; round++) {
      const other = sampleScene(random, "train");
      const scene = changed(random, other);
      const oracle = createOracle(scene);
      const sentences = sentencesOf(other).filter((sentence) => oracle(sentence) !== null);
      for (const [index, verdicts] of verdictsOf(scene, sentences).entries()) {
        const sentence = sentences[index] ?? "";
        expect(verdicts, sentence).not.toContain("unreadable");
        const holds = verdicts.every((verdict) => verdict === "true");
        expect([sentence, holds]).toEqual([sentence, oracle(sentence)]);
        seen[holds ? "true" : "false"] += 1;
      }
    }
    expect(Math.min(seen.true, seen.false)).toBeGreaterThan(1000);
  });

  it("with one word exchanged are true only when another reference says the same", { timeout: 60_000 }, () => {
    const random = createRandom(22);
    let refused = 0;
    for (let round = 0; round < 12; round++) {
      const scene = sampleScene(random, "train");
      const oracle = createOracle(scene);
      const exchanged = random
        .shuffle(sentencesOf(scene))
        .slice(0, 100)
        .flatMap((sentence) => exchanges(sentence).map(({ text }) => text))
        .filter((sentence) => oracle(sentence) === false);
      for (const [index, verdicts] of verdictsOf(scene, exchanged).entries()) {
        const sentence = exchanged[index] ?? "";
        expect([sentence, verdicts.every((verdict) => verdict === "true")]).toEqual([sentence, false]);
        refused += 1;
      }
    }
    expect(refused).toBeGreaterThan(2000);
  });
});

describe("sentences that hold in every scene", () => {
  const scene = sampleScene(createRandom(23), "train");

  it("are true as rules exactly when the world has them", () => {
    const sentences = [...rules].flatMap((rule) => [rule, ...exchanges(rule).map(({ text }) => text)]);
    for (const [index, verdicts] of verdictsOf(scene, sentences).entries()) {
      const sentence = sentences[index] ?? "";
      expect([sentence, verdicts.join() === "true"]).toEqual([sentence, rules.has(sentence)]);
    }
  });

  it("are true as arithmetic exactly when they add up", () => {
    const digits = Array.from({ length: 10 }, (_, digit) => digit);
    const cases = digits.flatMap((a) =>
      digits.flatMap((b) => [
        [`${capitalise(numberWord(a))} is more than ${numberWord(b)}`, a > b] as const,
        [`${capitalise(numberWord(a))} is less than ${numberWord(b)}`, a < b] as const,
        [`${capitalise(numberWord(a))} equals ${numberWord(b)}`, a === b] as const,
        [`${capitalise(numberWord(a))} is ${numberWord(b)}`, a === b] as const,
        ...digits.flatMap((c) => [
          [`${capitalise(numberWord(a))} and ${numberWord(b)} make ${numberWord(c)}`, a + b === c] as const,
          [`${capitalise(numberWord(a))} minus ${numberWord(b)} is ${numberWord(c)}`, a - b === c] as const,
        ]),
      ]),
    );
    const verdicts = verdictsOf(
      scene,
      cases.map(([sentence]) => sentence),
    );
    for (const [index, [sentence, holds]] of cases.entries()) {
      expect([sentence, ...(verdicts[index] ?? [])]).toEqual([sentence, String(holds)]);
    }
  });
});

describe("reference traces with one word exchanged", () => {
  it("are never true in all where the word belongs to what is observed, to a value or to the answer", {
    timeout: 60_000,
  }, () => {
    const random = createRandom(24);
    const kinds = new Map<string, number>();
    for (let round = 0; round < 6; round++) {
      const scene = sampleScene(random, "train");
      for (const kind of questionKinds) {
        const questions = kind.questions(scene);
        if (questions.length === 0) continue;
        const asked = pick(random, questions);
        const [question = ""] = asked.phrasings();
        const trace = referenceTrace(asked);
        const { claims } = judgeTrace({ scene, question, trace });
        const decisive = claims.filter(({ content }) => ["object", "member", "answer"].includes(content?.type ?? ""));
        for (const { text, at } of pickSome(random, exchanges(trace))) {
          if (!decisive.some(({ start, end }) => at >= start && at < end)) continue;
          kinds.set(kind.name, (kinds.get(kind.name) ?? 0) + 1);
          expect([text, judgeTrace({ scene, question, trace: text }).allTrue]).toEqual([text, false]);
        }
      }
    }
    expect([...kinds.keys()].sort()).toEqual(questionKinds.map(({ name }) => name).sort());
  });
});

function pickSome<Item>(random: Random, items: readonly Item[]): readonly Item[] {
  return random.shuffle(items).slice(0, 12);
}
