import { describe, expect, it } from "vitest";
import { createRandom } from "../../core/random.ts";
import { findQuestion, questionKinds, referenceTrace } from "../questions/index.ts";
import { writeTrace } from "../questions/question.ts";
import { pick, sampleScene } from "../sample-scene.ts";
import { changed } from "../testing/judge.ts";
import { candidatesOf } from "./asked.ts";
import { judgeTrace } from "./index.ts";

describe("coherence", () => {
  it("does not depend on the picture: reasoning about a similar scene follows just as well", {
    timeout: 60_000,
  }, () => {
    const random = createRandom(41);
    const wrong = new Map<string, number>();
    for (let round = 0; round < 16; round++) {
      const other = sampleScene(random, "train");
      const scene = changed(random, other);
      for (const kind of questionKinds) {
        const questions = kind.questions(other);
        if (questions.length === 0) continue;
        const asked = pick(random, questions);
        const question = pick(random, asked.phrasings());
        if (findQuestion(scene, question) === null) continue;
        const trace = referenceTrace(asked);
        const { coherence, exactMatch, allTrue } = judgeTrace({ scene, question, trace });
        expect([question, trace, coherence]).toEqual([
          question,
          trace,
          { follows: true, reason: "the answer follows from the steps" },
        ]);
        if (exactMatch === false) wrong.set(kind.name, (wrong.get(kind.name) ?? 0) + 1);
        if (exactMatch === false) expect([trace, allTrue]).toEqual([trace, false]);
      }
    }
    expect(wrong.size).toBeGreaterThan(10);
  });

  it("is missing from right steps with any other answer", { timeout: 60_000 }, () => {
    const random = createRandom(42);
    const kinds = new Set<string>();
    for (let round = 0; round < 4; round++) {
      const scene = sampleScene(random, "train");
      for (const kind of questionKinds) {
        const questions = kind.questions(scene);
        if (questions.length === 0) continue;
        const asked = pick(random, questions);
        const [question = ""] = asked.phrasings();
        const answers = new Set(candidatesOf(asked).map(({ answer }) => answer));
        expect(answers).toContain(asked.answer);
        kinds.add(kind.name);
        for (const answer of [...random.shuffle([...answers]).slice(0, 4), "nonsense"]) {
          const trace = writeTrace(asked.steps(), answer);
          const { coherence } = judgeTrace({ scene, question, trace });
          expect([question, trace, coherence.follows]).toEqual([question, trace, answer === asked.answer]);
        }
      }
    }
    expect(kinds.size).toBe(questionKinds.length);
  });

  it("is there without the conclusion, and missing with another scene's conclusion and answer", {
    timeout: 60_000,
  }, () => {
    const random = createRandom(43);
    let crossed = 0;
    for (let round = 0; round < 12; round++) {
      const scene = sampleScene(random, "train");
      const other = changed(random, scene);
      for (const kind of questionKinds) {
        const questions = kind.questions(scene);
        if (questions.length === 0) continue;
        const asked = pick(random, questions);
        const [question = ""] = asked.phrasings();
        const seen = asked.steps().filter((step) => !step.startsWith("Therefore"));
        const short = judgeTrace({ scene, question, trace: writeTrace(seen, asked.answer) });
        expect([question, seen, short.coherence.follows]).toEqual([question, seen, true]);
        const elsewhere = findQuestion(other, question);
        if (elsewhere === null || elsewhere.answer === asked.answer) continue;
        const trace = writeTrace([...seen, elsewhere.steps().at(-1) ?? ""], elsewhere.answer);
        expect([question, trace, judgeTrace({ scene, question, trace }).coherence.follows]).toEqual([
          question,
          trace,
          false,
        ]);
        crossed += 1;
      }
    }
    expect(crossed).toBeGreaterThan(10);
  });
});
