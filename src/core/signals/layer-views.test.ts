import { describe, expect, it } from "vitest";
import { createMean, density, directionChanges, outlierShare, tokenCosines } from "./layer-views.ts";

const f32 = (...values: readonly number[]) => Float32Array.from(values);
const mean = (values: ArrayLike<number>) => {
  const running = createMean();
  for (const value of Array.from(values)) running.add(value);
  return running.value();
};

describe("directionChanges", () => {
  it("gives a turn of 45° and a vector that stays: block influence 0.146447", () => {
    const changes = directionChanges(f32(1, 0, 3, 4), f32(1, 1, 3, 4), 2);
    expect(changes[0]).toBeCloseTo(1 - Math.SQRT1_2, 12);
    expect(changes[1]).toBeCloseTo(0, 12);
    expect(mean(changes)).toBeCloseTo(0.146447, 6);
  });

  it("does not see length, and gives 2 where the direction turns round", () => {
    const changes = directionChanges(f32(1, 2, 1, 2), f32(10, 20, -1, -2), 2);
    expect(changes[0]).toBeCloseTo(0, 12);
    expect(changes[1]).toBeCloseTo(2, 12);
  });

  it("counts zeros that stay as no change and zeros that move, or appear, as a right angle", () => {
    expect([...directionChanges(f32(0, 0, 0, 0, 1, 0), f32(0, 0, 1, 0, 0, 0), 2)]).toEqual([0, 1, 1]);
  });
});

describe("outlierShare", () => {
  // |W|·norm: 1·1, 2·1, 0·2, 3·2 and 1·4, 3·4 → 1 2 0 6 4 12, mean 25/6.
  const first = { weight: f32(1, 0, -2, 3), inputNorms: Float64Array.of(1, 2) };
  const second = { weight: f32(-1, 3), inputNorms: Float64Array.of(4) };

  it("compares with the mean over all matrices of the layer, not of one", () => {
    expect(outlierShare([first, second], 1)).toBeCloseTo(2 / 6, 12);
    expect(outlierShare([first, second], 2)).toBeCloseTo(1 / 6, 12);
    expect(outlierShare([first, second], 3)).toBe(0);
    // By itself the first matrix has mean 2.25.
    expect(outlierShare([first], 2)).toBeCloseTo(1 / 4, 12);
  });

  it("counts what is above the threshold, not what is at it", () => {
    const even = { weight: f32(1, 1, 1, 1), inputNorms: Float64Array.of(1, 1) };
    expect(outlierShare([even], 1)).toBe(0);
    expect(outlierShare([even], 0.99)).toBe(1);
  });

  it("does not depend on a common factor of the norms, and is 0 without entries", () => {
    const scaled = [first, second].map((matrix) => ({ ...matrix, inputNorms: matrix.inputNorms.map((n) => n * 8) }));
    expect(outlierShare(scaled, 2)).toBe(outlierShare([first, second], 2));
    expect(outlierShare([], 3)).toBe(0);
  });
});

describe("density", () => {
  it("is 2.0 for cosines 0.6, 0.3 and 0.1", () => {
    expect(density({ visual: 0.6, text: 0.3, cross: 0.1 })).toBeCloseTo(2, 12);
  });
});

describe("tokenCosines", () => {
  const products = (...vectors: readonly (readonly [number, number])[]) =>
    Float32Array.from(vectors.flatMap((a) => vectors.map((b) => a[0] * b[0] + a[1] * b[1])));

  it("leaves negative cosines out within a kind and counts them across kinds", () => {
    const found = tokenCosines(
      // Visual: 0°, 45°, 180°; text: 0°, 90°.
      products([1, 0], [2, 2], [-3, 0], [5, 0], [0, 1]),
      Uint8Array.of(1, 1, 1, 0, 0),
    );
    // Of cos 45°, cos 180° and cos 135° only the first is positive; cos 90° is not.
    expect(found?.visual).toBeCloseTo(Math.SQRT1_2, 6);
    expect(found?.text).toBe(0);
    // Cosines with 0°: 1, cos 45°, −1; with 90°: 0, cos 45°, 0.
    expect(found?.cross).toBeCloseTo((2 * Math.SQRT1_2) / 6, 6);
  });

  it("takes kinds as they come, in any order", () => {
    const mixed = tokenCosines(products([1, 0], [1, 1], [0, 1]), Uint8Array.of(1, 0, 1));
    expect(mixed?.visual).toBe(0);
    expect(mixed?.text).toBe(0);
    expect(mixed?.cross).toBeCloseTo(Math.SQRT1_2, 6);
  });

  it("gives null where a kind is missing, and cosine 0 to a vector of zeros", () => {
    expect(tokenCosines(products([1, 0], [1, 1]), Uint8Array.of(1, 1))).toBeNull();
    expect(tokenCosines(products([1, 0], [1, 1]), Uint8Array.of(0, 0))).toBeNull();
    expect(tokenCosines(products([1, 0], [0, 0]), Uint8Array.of(1, 0))).toEqual({ visual: 0, text: 0, cross: 0 });
  });
});
