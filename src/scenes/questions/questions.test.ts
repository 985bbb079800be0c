import { describe, expect, it } from "vitest";
import { finalAnswer } from "../../core/metrics/answer.ts";
import { formatScore } from "../../core/metrics/format-score.ts";
import { createRandom } from "../../core/random.ts";
import { sampleScene } from "../sample-scene.ts";
import { parseScene } from "../scene-json.ts";
import { findQuestion, questionKinds, questionsAbout, referenceTrace } from "./index.ts";

const random = createRandom(21);
const scenes = Array.from({ length: 10 }, () => sampleScene(random, "train"));

/** top left: large red metal ball; centre: small blue wooden cube; bottom right: small red glass ring. */
const scene = parseScene(
  [
    { shape: "ball", colour: "red", material: "metal", size: "large", x: 0.1667, y: 0.1667 },
    { shape: "cube", colour: "blue", material: "wooden", size: "small", x: 0.5, y: 0.5 },
    { shape: "ring", colour: "red", material: "glass", size: "small", x: 0.8333, y: 0.8333 },
  ],
  "scene",
);

describe("questions about a scene", () => {
  it.each([
    ["What colour is the cube?", "blue"],
    ["what color is the CUBE", "blue"],
    ["What shape is the wooden object?", "cube"],
    ["What is the blue object made of?", "wood"],
    ["What size is the ball?", "large"],
    ["What is at the centre?", "blue cube"],
    ["Is the red ball to the left of the blue cube?", "yes"],
    ["Is the red ball below the red ring?", "no"],
    ["Which object is farthest to the right?", "red ring"],
    ["Which object is highest?", "red ball"],
    ["Are the red ball and the red ring made of the same material?", "no"],
    ["Do the blue cube and the red ring have the same size?", "yes"],
    ["How many red objects are there?", "two"],
    ["How many small glass objects are there?", "one"],
    ["How many cones are there?", "zero"],
    ["Are there more small objects than large objects?", "yes"],
    ["Are there as many balls as cubes?", "yes"],
    ["How many balls and rings are there in total?", "two"],
    ["How many more red objects than blue objects are there?", "one"],
    ["How many objects are there?", "three"],
    ["Will the blue cube float in water?", "yes"],
    ["Will the red ring break if it falls?", "yes"],
    ["Will a magnet pull the red ring?", "no"],
    ["Will the wooden object roll down a ramp?", "no"],
    ["Does the red ball bounce when it is dropped?", "no"],
    ["Can a book lie flat on the wooden object?", "yes"],
    ["Will the small red object roll off a tilted table and break?", "yes"],
    ["Which object follows a magnet?", "red ball"],
    ["How many objects roll down a ramp?", "two"],
    ["Describe the picture.", "three objects"],
  ])("%s %s", (asked, answer) => {
    expect(findQuestion(scene, asked)?.answer).toBe(answer);
  });

  it.each([
    "What colour is the cone?",
    "What colour is the red object?",
    "Will the red ball roll down a ramp?",
    "Why?",
    "",
  ])("does not know %j", (asked) => {
    expect(findQuestion(scene, asked)).toBeNull();
  });

  it("writes the reasoning in the paper's form", () => {
    const question = findQuestion(scene, "How many more red objects than blue objects are there?");
    expect(question && referenceTrace(question)).toBe(
      "Step 1: I count two red objects, the red ball and the red ring. Step 2: I count one blue object, the blue cube. " +
        "Step 3: Two minus one is one. Step 4: Therefore there is one more red object than blue objects. Final Answer: one",
    );
  });

  it("has at least fifteen kinds in the three families, with several phrasings each", () => {
    const names = questionKinds.filter((kind) => kind.family !== "describe").map((kind) => kind.name);
    expect(new Set(names).size).toBe(names.length);
    expect(names.length).toBeGreaterThanOrEqual(15);
    const single = scenes.flatMap(questionsAbout).filter((question) => new Set(question.phrasings()).size < 2);
    expect(single).toEqual([]);
  });

  it("gives traces of two to five steps that end with the answer", () => {
    const wrong = scenes.flatMap(questionsAbout).filter((question) => {
      const trace = referenceTrace(question);
      const steps = question.steps().length;
      const formed = formatScore(trace).score === 1 && finalAnswer(trace) === question.answer;
      return !formed || steps < 2 || steps > 5 || /undefined|\d[^:]| {2}/.test(trace);
    });
    expect(wrong.map(referenceTrace)).toEqual([]);
  });

  it("means one thing by every wording", () => {
    for (const each of scenes) {
      const meanings = new Map<string, string>();
      for (const { answer, phrasings } of questionsAbout(each)) {
        for (const asked of phrasings()) {
          expect(meanings.get(asked) ?? answer, asked).toBe(answer);
          meanings.set(asked, answer);
        }
      }
    }
  });
});
