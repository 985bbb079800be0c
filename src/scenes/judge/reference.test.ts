import { describe, expect, it } from "vitest";
import { createRandom } from "../../core/random.ts";
import { questionsAbout, referenceTrace } from "../questions/index.ts";
import { sampleQuestions } from "../sample-question.ts";
import { sampleScene } from "../sample-scene.ts";
import { splits } from "../splits.ts";
import { judgeTrace } from "./index.ts";

const spotless = {
  coverage: 1,
  readable: true,
  grounding: 10,
  hallucination: 0,
  coherence: { follows: true, reason: "the answer follows from the steps" },
  format: { score: 1, steps: true, inOrder: true, answer: true },
  exactMatch: true,
  allTrue: true,
  questionKnown: true,
};

describe("reference reasoning is spotless", () => {
  it.each(splits)("for questions of every kind about scenes of %s", { timeout: 60_000 }, (split) => {
    const questions = sampleQuestions(createRandom(11), split, ["physical", "quantitative", "commonsense", "describe"]);
    const kinds = new Set<string>();
    for (let drawn = 0; drawn < 120; drawn++) {
      const { scene, samples } = questions.next().value;
      for (const { question, trace, kind } of samples) {
        kinds.add(kind);
        const { claims, ...scores } = judgeTrace({ scene, question, trace });
        expect({ trace, claims: claims.filter(({ verdict }) => verdict !== "true"), ...scores }).toEqual({
          trace,
          claims: [],
          ...spotless,
        });
      }
    }
    expect(kinds.size).toBe(26);
  });

  it("for many questions about the same scene", { timeout: 60_000 }, () => {
    const random = createRandom(12);
    for (let drawn = 0; drawn < 2; drawn++) {
      const scene = sampleScene(random, "evaluation");
      const perKind = new Map<string, number>();
      for (const question of questionsAbout(scene)) {
        const seen = perKind.get(question.kind) ?? 0;
        perKind.set(question.kind, seen + 1);
        if (seen >= 8) continue;
        const trace = referenceTrace(question);
        const { claims, ...scores } = judgeTrace({ scene, question: question.phrasings()[0] ?? "", trace });
        expect({ trace, claims: claims.filter(({ verdict }) => verdict !== "true"), ...scores }).toEqual({
          trace,
          claims: [],
          ...spotless,
        });
      }
    }
  });
});
