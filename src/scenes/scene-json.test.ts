import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseScene } from "./scene-json.ts";

const ball = { shape: "ball", colour: "red", material: "glass", size: "small", x: 0.5, y: 0.5 };
const cube = { shape: "cube", colour: "blue", material: "metal", size: "large", x: 0.1667, y: 0.1667 };
const bad = (message: string) => expect.objectContaining({ code: "bad-input", message });

describe("parseScene", () => {
  it("puts the objects into reading order", () => {
    expect(parseScene([ball, cube], "scene")).toEqual({ objects: [cube, ball] });
  });

  it.each<[string, unknown, string]>([
    ["no list", {}, "scene is no list of objects."],
    ["too few", [ball], "scene has 1 object; a scene has 2 to 7."],
    ["too many", Array.from({ length: 8 }, () => ball), "scene has 8 objects; a scene has 2 to 7."],
    ["no object", [ball, 3], "scene[1] is 3; a scene is a list of objects."],
    [
      "a strange shape",
      [ball, { ...cube, shape: "egg" }],
      'scene[1].shape is "egg"; the world has ball, cube, cone, cylinder, ring.',
    ],
    ["a missing size", [{ ...ball, size: undefined }, cube], "scene[0].size is missing; the world has small, large."],
    ["a place outside", [{ ...ball, x: 1.5 }, cube], "scene[0].x is 1.5; a position is a number from 0 to 1."],
    [
      "twins",
      [ball, { ...cube, shape: "ball", colour: "red" }],
      "scene has two red balls; colour and shape together name one object.",
    ],
    [
      "one place for two",
      [ball, { ...cube, x: 0.4, y: 0.6 }],
      "scene has two objects at the centre; each of the 9 places holds one.",
    ],
  ])("names what is wrong with %s", (_, json, message) => {
    expect(() => parseScene(json, "scene")).toThrow(bad(message));
  });

  it("refuses anything else with an error that names the scene", () => {
    const keys = fc.constantFrom("shape", "colour", "material", "size", "x", "y");
    const anything = fc.oneof(
      fc.jsonValue(),
      fc.array(fc.dictionary(keys, fc.jsonValue({ maxDepth: 1 })), { minLength: 2 }),
    );
    fc.assert(
      fc.property(anything, (json) => {
        expect(() => parseScene(json, "scene")).toThrow(expect.objectContaining({ name: "PivotscopeError" }));
      }),
    );
  });
});
