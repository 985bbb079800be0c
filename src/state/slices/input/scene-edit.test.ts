import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createRandom } from "../../../core/random.ts";
import { sampleScene } from "../../../scenes/sample-scene.ts";
import {
  CELLS,
  cellOf,
  colours,
  largestOffset,
  materials,
  type Scene,
  type SceneObject,
  shapes,
  sizes,
} from "../../../scenes/scene.ts";
import { parseScene } from "../../../scenes/scene-json.ts";
import { isHeldOut } from "../../../scenes/splits.ts";
import {
  addObject,
  addProblem,
  changeObject,
  changeProblem,
  landing,
  moveObject,
  neighbour,
  objectIn,
  removeObject,
  removeProblem,
} from "./scene-edit.ts";

const ball: SceneObject = { shape: "ball", colour: "red", material: "metal", size: "large", x: 0.18, y: 0.15 };
const cube: SceneObject = { shape: "cube", colour: "blue", material: "wooden", size: "small", x: 0.55, y: 0.5 };
const cone: SceneObject = { shape: "cone", colour: "yellow", material: "glass", size: "small", x: 0.8, y: 0.85 };
const scene: Scene = { objects: [ball, cube, cone] };

const cell = fc.nat({ max: CELLS - 1 });
const share = fc.double({ min: 0, max: 1, noNaN: true });
const change = fc.record(
  {
    shape: fc.constantFrom(...shapes),
    colour: fc.constantFrom(...colours),
    material: fc.constantFrom(...materials),
    size: fc.constantFrom(...sizes),
  },
  { requiredKeys: [] },
);
const edit: fc.Arbitrary<(scene: Scene) => Scene> = fc.oneof(
  fc.tuple(cell, cell).map(
    ([from, to]) =>
      (before: Scene) =>
        moveObject(before, from, to),
  ),
  fc.tuple(cell, share, share).map(([from, x, y]) => (before: Scene) => {
    const { cell: to, offset } = landing(x, y);
    return moveObject(before, from, to, offset);
  }),
  fc.tuple(cell, change).map(
    ([at, to]) =>
      (before: Scene) =>
        changeObject(before, at, to),
  ),
  fc.nat().map((seed) => (before: Scene) => addObject(before, createRandom(seed))?.scene ?? before),
  cell.map((at) => (before: Scene) => removeObject(before, at)),
);

describe("edits of a scene", () => {
  it("keep every rule of the world, whatever their order", () => {
    fc.assert(
      fc.property(fc.nat(), fc.array(edit, { maxLength: 30 }), (seed, edits) => {
        let edited = sampleScene(createRandom(seed), "train");
        for (const apply of edits) {
          edited = apply(edited);
          expect(parseScene(edited.objects, "the scene")).toEqual(edited);
          for (const object of edited.objects) {
            const { offset } = landing(object.x, object.y);
            // Positions are kept to a ten-thousandth.
            const largest = largestOffset(object.size) + 1e-4;
            expect(Math.max(Math.abs(offset.x), Math.abs(offset.y))).toBeLessThanOrEqual(largest);
          }
        }
      }),
    );
  });

  it("move an object into a free cell with its place in the cell kept", () => {
    const moved = moveObject(scene, 0, 1);
    expect(moved.objects[0]).toEqual({ ...ball, x: 0.5133, y: 0.15 });
    expect(moved.objects.slice(1)).toEqual([cube, cone]);
  });

  it("swap two objects when one is moved onto the other", () => {
    const moved = moveObject(scene, 0, 4);
    expect(objectIn(moved, 4)?.shape).toBe("ball");
    expect(objectIn(moved, 0)).toEqual({ ...cube, x: 0.2167, y: 0.1667 });
  });

  it("let an object settle where the cell allows", () => {
    const { cell: to, offset } = landing(0.34, 0.99);
    expect(to).toBe(7);
    const dropped = objectIn(moveObject(scene, 0, to, offset), 7);
    expect(dropped?.x).toBeCloseTo(0.5 - largestOffset("large"), 3);
    expect(dropped?.y).toBeCloseTo(5 / 6 + largestOffset("large"), 3);
  });

  it("bring an object closer to the middle of its cell when it grows", () => {
    const off = { ...cube, x: 0.57 };
    const grown = changeObject({ objects: [ball, off] }, 4, { size: "large" });
    expect(objectIn(grown, 4)?.x).toBeCloseTo(0.5 + largestOffset("large"), 3);
  });

  it("refuse a second object of one colour and shape, and say which", () => {
    const red = { objects: [ball, { ...cube, colour: "red" as const }] };
    expect(changeProblem(red, 4, { shape: "ball" })).toBe("there is a red ball");
    expect(changeObject(red, 4, { shape: "ball" })).toBe(red);
    expect(changeProblem(red, 4, { shape: "ring" })).toBeNull();
    expect(changeProblem(red, 0, { shape: "ball" })).toBeNull();
  });

  it("add up to seven objects that training has shown, and remove down to two", () => {
    let edited = scene;
    const random = createRandom(5);
    while (addProblem(edited) === null) {
      const added = addObject(edited, random);
      expect(objectIn(edited, added?.cell ?? -1)).toBeNull();
      edited = added?.scene ?? edited;
      const object = objectIn(edited, added?.cell ?? -1);
      expect(object && isHeldOut(object)).toBe(false);
    }
    expect(edited.objects).toHaveLength(7);
    expect(addObject(edited, random)).toBeNull();
    while (removeProblem(edited) === null) edited = removeObject(edited, cellOf(edited.objects[0] ?? ball));
    expect(edited.objects).toHaveLength(2);
    expect(removeObject(edited, cellOf(edited.objects[0] ?? ball))).toBe(edited);
  });

  it("know the neighbouring cells and the picture's edges", () => {
    expect([neighbour(4, "left"), neighbour(4, "right"), neighbour(4, "up"), neighbour(4, "down")]).toEqual([
      3, 5, 1, 7,
    ]);
    expect([neighbour(3, "left"), neighbour(2, "right"), neighbour(1, "up"), neighbour(6, "down")]).toEqual([
      null,
      null,
      null,
      null,
    ]);
  });
});
