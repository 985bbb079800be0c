import { describe, expect, it } from "vitest";
import {
  cellCentre,
  colours,
  GRID,
  largestOffset,
  materials,
  type Scene,
  type SceneObject,
  shapes,
  sizes,
} from "../scene.ts";
import { DRAWING_DIGEST, digestDrawings } from "../testing/digest.ts";
import { drawScene, MODEL_PICTURE_SIZE } from "./draw-scene.ts";

const alone = (object: Partial<SceneObject>): Scene => ({
  objects: [{ shape: "ball", colour: "red", material: "rubber", size: "large", ...cellCentre(4), ...object }],
});
const empty = (size: number) => drawScene({ objects: [] }, size).pixels;

function pixelAt(pixels: Uint8ClampedArray, size: number, x: number, y: number): number[] {
  const first = (Math.floor(y * size) * size + Math.floor(x * size)) * 4;
  return [...pixels.subarray(first, first + 4)];
}

describe("drawScene", () => {
  it("draws the same picture as ever, pixel for pixel", async () => {
    expect(await digestDrawings()).toBe(DRAWING_DIGEST);
  });

  it("shows the object's colour at its centre at any resolution", () => {
    for (const size of [24, 96, 500]) {
      const { pixels, width, height } = drawScene(alone({}), size);
      expect([width, height, pixels.length]).toEqual([size, size, size * size * 4]);
      expect(pixelAt(pixels, size, 0.5, 0.5)).toEqual([214, 40, 40, 255]);
    }
  });

  it("leaves everything outside the object's cell as it was", () => {
    const background = empty(MODEL_PICTURE_SIZE);
    for (const shape of shapes) {
      for (const size of sizes) {
        const offset = largestOffset(size);
        const object = { shape, size, x: 0.5 + offset, y: 0.5 - offset };
        const { pixels } = drawScene(alone(object), MODEL_PICTURE_SIZE);
        const cell = MODEL_PICTURE_SIZE / GRID;
        const strays = Array.from(pixels.keys()).filter((index) => {
          const pixel = Math.floor(index / 4);
          const [row, column] = [Math.floor(pixel / MODEL_PICTURE_SIZE), pixel % MODEL_PICTURE_SIZE];
          const inside = Math.floor(row / cell) === 1 && Math.floor(column / cell) === 1;
          return !inside && pixels[index] !== background[index];
        });
        expect(strays).toEqual([]);
      }
    }
  });

  it("tells every two kinds of object apart by hundreds of grey levels in all", () => {
    const kinds = shapes.flatMap((shape) =>
      colours.flatMap((colour) =>
        materials.flatMap((material) => sizes.map((size) => ({ shape, colour, material, size }))),
      ),
    );
    const pictures = kinds.map((kind) => drawScene(alone(kind), 32).pixels);
    let nearest = Number.POSITIVE_INFINITY;
    for (const [index, picture] of pictures.entries()) {
      for (const other of pictures.slice(index + 1)) {
        let difference = 0;
        for (let channel = 0; channel < picture.length && difference < nearest; channel++) {
          difference += Math.abs((picture[channel] ?? 0) - (other[channel] ?? 0));
        }
        nearest = Math.min(nearest, difference);
      }
    }
    expect(kinds).toHaveLength(5 * 7 * 4 * 2);
    expect(nearest).toBeGreaterThan(400);
  });
});
