import { describe, expect, it } from "vitest";
import { count, RED, scene } from "../testing/broken-traces.ts";
import { judgeTrace } from "./index.ts";

describe("reasons", () => {
  const reasonOf = (question: string, trace: string) =>
    judgeTrace({ scene, question, trace }).claims.find(({ verdict }) => verdict === "false")?.reason;
  it.each([
    ["I observe a large red glass ball at the top left.", "the red ball is metal, not glass"],
    [
      "I observe a small red metal ball at the top.",
      "the red ball is large, not small; at the top left, not at the top",
    ],
    ["I observe a small pink rubber ring on the left.", "there is no pink ring"],
    ["I observe a large blue metal ball at the top left.", "there is no blue ball; the red ball is at the top left"],
    ["I observe the red ball and the red ball.", "it is listed twice"],
    ["I observe no balls.", "there are two balls, not zero"],
    ["I count three objects in the top row.", "there are two objects in the top row, not three"],
    ["I count two balls, the red ball.", "counted two, but named one"],
    ["Therefore the number of balls and cubes is two.", "there are three balls and cubes, not two"],
    ["Therefore there are more cubes than balls.", "there is one cube and two balls"],
    ["The ball is red.", "there are two balls: the red ball and the green ball"],
    ["The red ball is above the blue cube.", "the red ball is at the top left, the blue cube is at the top right"],
    ["The blue cube is highest.", "the red ball is as high"],
    ["The green ball is farthest to the left.", "the red ball is at the top left"],
    ["The red ball and the yellow cone have different sizes.", "the red ball is large, the yellow cone is large"],
    ["The red ball floats.", "the red ball sinks"],
    ["The green ball does not roll and break.", "the green ball rolls; the green ball breaks"],
    ["Two objects break.", "one does: the green ball"],
    ["No object floats.", "one does: the blue cube"],
    ["A cube is round.", "no rule of this world"],
    ["Two and one make four.", "wrong arithmetic"],
    ["Final Answer: five", "the answer is two"],
  ])("%s", (trace, reason) => {
    expect(reasonOf(count, trace)).toBe(reason);
  });
});

describe("a question that the scene does not allow", () => {
  it("leaves the answer open and says so", () => {
    const trace = `${RED} Final Answer: red`;
    const judgement = judgeTrace({ scene, question: "What colour is the ring?", trace });
    expect(judgement).toMatchObject({
      questionKnown: false,
      coverage: 1,
      grounding: 10,
      exactMatch: null,
      allTrue: false,
    });
    expect(judgement.coherence).toEqual({ follows: null, reason: "the question is not known" });
    expect(judgement.claims.map(({ verdict }) => verdict)).toEqual(["true", "unreadable"]);
  });
});

describe("spans", () => {
  it("keep the exact part of the text that makes each claim", () => {
    const trace = `Step 1: I count two balls, the red ball and the green ball. Step 2: zzz. Therefore the red ball, and the blue cube  float. Final Answer:  two `;
    const { claims } = judgeTrace({ scene, question: count, trace });
    expect(claims.map(({ text }) => text)).toEqual([
      "I count two balls",
      "the red ball",
      "the green ball",
      "zzz",
      "Therefore the red ball",
      "the blue cube  float",
      "Final Answer:  two",
    ]);
    for (const { start, end, text } of claims) expect(trace.slice(start, end)).toBe(text);
  });
});
