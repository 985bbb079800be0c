import { expect, it } from "vitest";
import { SCORE_NAMES } from "../../core/experiments/scores.ts";
import { questionsAbout, referenceTrace } from "../../scenes/questions/index.ts";
import { parseScene } from "../../scenes/scene-json.ts";
import { scoreSample } from "./assess-scores.ts";

const scene = parseScene(
  [
    { shape: "cube", colour: "red", material: "metal", size: "large", x: 0.2, y: 0.2 },
    { shape: "ball", colour: "blue", material: "rubber", size: "small", x: 0.8, y: 0.8 },
  ],
  "scene",
);
const [asked] = questionsAbout(scene);
if (!asked) throw new Error("This scene allows questions.");
const question = asked.phrasings()[0] ?? "";
const sample = { question, answer: asked.answer, scene };
const right = referenceTrace(asked);
const part = { kl: Float32Array.of(0.5, 1), nll: Float32Array.of(0.25, 0.5) };

it("gives the reference full marks", () => {
  expect(scoreSample(sample, part, right, right)).toEqual({
    kl: 0.75,
    nll: 0.75,
    tokens: 2,
    exactMatch: 1,
    sameAnswer: 1,
    allTrue: 1,
    grounding: 10,
    hallucination: 0,
    coherence: 1,
    format: 1,
    judge: 10,
    f1: 1,
    bleu: 1,
    similarity: 1,
  });
});

it("gives every part of the judge's mean the same weight", () => {
  const wrong = "Step 1: I observe a pink wooden cone. Final Answer: nonsense";
  const scores = scoreSample(sample, part, wrong, right);
  expect(scores).toMatchObject({ exactMatch: 0, sameAnswer: 0, allTrue: 0, grounding: 0, hallucination: 10, judge: 0 });
  const silent = scoreSample(sample, part, "", right);
  // Nothing said, nothing made up: no praise. So it is with what nobody can read.
  expect(silent).toMatchObject({ exactMatch: 0, grounding: 0, hallucination: Number.NaN, judge: 0, format: 0, f1: 0 });
  const ruin = scoreSample(
    sample,
    part,
    `ball ball the. xx red of. small is is. zzz. Final Answer: ${asked.answer}`,
    right,
  );
  expect(ruin).toMatchObject({ exactMatch: 1, grounding: 0, hallucination: Number.NaN, judge: 2.5 });
});

it("knows only the answer of a picture that is not a scene", () => {
  const scores = scoreSample({ question, answer: "The Dog.", scene: null }, part, "Final Answer: dog", right);
  expect(scores.exactMatch).toBe(1);
  const unknown = ["allTrue", "grounding", "hallucination", "coherence", "judge"] as const;
  for (const name of unknown) expect(scores[name]).toBeNaN();
  expect(scoreSample({ question, answer: "cat", scene: null }, part, "Final Answer: dog", right).exactMatch).toBe(0);
  expect(scoreSample({ question, answer: null, scene: null }, part, "Final Answer: dog", right).exactMatch).toBeNaN();
});

it("knows only what is teacher-forced where nothing was generated", () => {
  const scores = scoreSample(sample, part, null, right);
  const known = SCORE_NAMES.filter((name) => !Number.isNaN(scores[name]));
  expect(known).toEqual(["kl", "nll", "tokens"]);
});
