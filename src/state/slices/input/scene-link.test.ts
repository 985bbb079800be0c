// @module-tag attack
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createRandom } from "../../../core/random.ts";
import { sampleScene } from "../../../scenes/sample-scene.ts";
import type { Scene } from "../../../scenes/scene.ts";
import { splits } from "../../../scenes/splits.ts";
import { decodeScene, encodeScene } from "./scene-link.ts";

const scene: Scene = {
  objects: [
    { shape: "ball", colour: "red", material: "metal", size: "large", x: 0.1834, y: 0.15 },
    { shape: "ring", colour: "pink", material: "rubber", size: "small", x: 0.9999, y: 1 },
  ],
};

describe("scenes in links", () => {
  it("come back exactly, in six letters to an object", () => {
    fc.assert(
      fc.property(fc.nat(), fc.constantFrom(...splits), (seed, split) => {
        const drawn = sampleScene(createRandom(seed), split);
        const text = encodeScene(drawn);
        expect(text).toMatch(/^1[\w-]+$/);
        expect(text).toHaveLength(2 + 6 * drawn.objects.length);
        expect(decodeScene(text)).toEqual(drawn);
      }),
    );
  });

  it("are written as they were before: old links stay good", () => {
    expect(encodeScene(scene)).toBe("1EyIy2TaFGNF-r");
    expect(decodeScene("1EyIy2TaFGNF-r")).toEqual(scene);
  });

  it("are refused when any letter is wrong or missing", () => {
    const text = encodeScene(scene);
    for (let index = 1; index < text.length; index++) {
      const other = text.charAt(index) === "A" ? "B" : "A";
      expect(() => decodeScene(text.slice(0, index) + other + text.slice(index + 1))).toThrow(/cannot be read/);
      expect(() => decodeScene(text.slice(0, index))).toThrow(/cut off or mistyped/);
    }
  });

  it("say which version or rule stands against them", () => {
    expect(() => decodeScene(`2${encodeScene(scene).slice(1)}`)).toThrow(/version "2"; this page reads version 1/);
    const twice = { objects: [scene.objects[0], scene.objects[0]].flatMap((object) => object ?? []) };
    expect(() => decodeScene(encodeScene(twice))).toThrow(/the scene has two red balls/);
    expect(() => decodeScene(encodeScene({ objects: scene.objects.slice(1) }))).toThrow(/has 1 object; .* 2 to 7/);
    const outside = { objects: scene.objects.map((object) => ({ ...object, x: 1.7 })) };
    expect(() => decodeScene(encodeScene(outside))).toThrow(/x is 1.7; a position is a number from 0 to 1/);
  });
});
