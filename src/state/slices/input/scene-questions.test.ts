import { describe, expect, it } from "vitest";
import { createRandom } from "../../../core/random.ts";
import { findQuestion } from "../../../scenes/questions/index.ts";
import { sampleScene } from "../../../scenes/sample-scene.ts";
import type { Scene, SceneObject } from "../../../scenes/scene.ts";
import { changeObject, moveObject, removeObject } from "./scene-edit.ts";
import { questionAfterEdit, questionChoices } from "./scene-questions.ts";

const ball: SceneObject = { shape: "ball", colour: "red", material: "metal", size: "large", x: 0.18, y: 0.15 };
const other: SceneObject = { shape: "ball", colour: "green", material: "glass", size: "large", x: 0.5, y: 0.5 };
const cube: SceneObject = { shape: "cube", colour: "blue", material: "wooden", size: "small", x: 0.8, y: 0.5 };
const cone: SceneObject = { shape: "cone", colour: "yellow", material: "glass", size: "small", x: 0.8, y: 0.85 };
const scene: Scene = { objects: [ball, other, cube, cone] };

describe("the questions to pick from", () => {
  it("are few, of all families, all answerable, and differ in their answers within a kind", () => {
    const random = createRandom(11);
    for (let turn = 0; turn < 6; turn++) {
      const drawn = sampleScene(random, "evaluation");
      const choices = questionChoices(drawn);
      expect(choices.map(({ family }) => family)).toEqual(["physical", "quantitative", "commonsense", "describe"]);
      const questions = choices.flatMap((choice) => choice.questions);
      expect(new Set(questions).size).toBe(questions.length);
      expect(questions.length).toBeGreaterThan(20);
      expect(questions.length).toBeLessThan(80);
      const answers = new Map<string, string[]>();
      for (const text of questions) {
        const found = findQuestion(drawn, text);
        answers.set(found?.kind ?? "none", [...(answers.get(found?.kind ?? "none") ?? []), found?.answer ?? ""]);
      }
      for (const [kind, given] of answers) {
        expect(given.length, kind).toBeLessThanOrEqual(3);
        expect(new Set(given).size, kind).toBe(given.length);
      }
      expect(answers.has("none")).toBe(false);
    }
  });
});

describe("the question after an edit", () => {
  it("stays while the scene allows it", () => {
    const asked = "what is the red ball made of";
    expect(questionAfterEdit(scene, moveObject(scene, 0, 8), asked)).toBe(asked);
  });

  it("follows the object that was changed", () => {
    const purple = changeObject(scene, 0, { colour: "purple" });
    expect(questionAfterEdit(scene, purple, "What is the red ball made of?")).toBe("What is the purple ball made of?");
    expect(questionAfterEdit(scene, purple, "Which material is the red ball made of?")).toBe(
      "Which material is the purple ball made of?",
    );
    const ring = changeObject(scene, 0, { shape: "ring" });
    expect(questionAfterEdit(scene, ring, "Is the blue cube below the red ball?")).toBe(
      "Is the blue cube below the red ring?",
    );
  });

  it("is one of the same kind when its object is gone", () => {
    const gone = removeObject(scene, 8);
    const asked = questionAfterEdit(scene, gone, "Will the yellow cone break if it falls?");
    expect(findQuestion(gone, asked)?.kind).toBe("break");
  });

  it("is the first one when the scene allows none of its kind", () => {
    const alone = { objects: [ball, { ...cube, x: 0.18, y: 0.5 }] };
    const before = { objects: [ball, cube] };
    expect(findQuestion(before, "Is the red ball to the left of the blue cube?")?.kind).toBe("side");
    const asked = questionAfterEdit(before, alone, "Is the red ball to the left of the blue cube?");
    expect(findQuestion(alone, asked)?.kind).toBe("colour");
  });

  it("stays when it is the user's own and no question of the world", () => {
    expect(questionAfterEdit(scene, removeObject(scene, 8), "Is this art?")).toBe("Is this art?");
  });
});
