import { describe, expect, it } from "vitest";
import { createRandom } from "./random.ts";

describe("createRandom", () => {
  it("repeats itself for one seed and differs for another", () => {
    const draw = (seed: number) => {
      const random = createRandom(seed);
      return Array.from({ length: 8 }, () => random.next());
    };
    expect(draw(7)).toEqual(draw(7));
    expect(draw(7)).not.toEqual(draw(8));
    expect(new Set(draw(0)).size).toBe(8);
  });

  it("is roughly uniform and roughly normal", () => {
    const random = createRandom(3);
    const bins = new Array<number>(10).fill(0);
    let sum = 0;
    let squares = 0;
    for (let draw = 0; draw < 20_000; draw++) {
      const bin = random.integer(10);
      bins[bin] = (bins[bin] ?? 0) + 1;
      const value = random.normal();
      sum += value;
      squares += value * value;
    }
    // 2000 expected, standard deviation 42.
    for (const count of bins) expect(Math.abs(count - 2000)).toBeLessThan(200);
    expect(Math.abs(sum / 20_000)).toBeLessThan(0.03);
    expect(Math.abs(squares / 20_000 - 1)).toBeLessThan(0.05);
  });

  it("shuffles and samples without repeats", () => {
    const random = createRandom(1);
    const items = ["a", "b", "c", "d", "e", "f", "g", "h"];
    const shuffled = random.shuffle(items);
    expect(shuffled).not.toEqual(items);
    expect([...shuffled].sort()).toEqual(items);
    const sample = random.sample(100, 10);
    expect(new Set(sample).size).toBe(10);
    expect([...sample].sort((a, b) => a - b)).toEqual(sample);
    expect(sample.every((index) => index >= 0 && index < 100)).toBe(true);
    expect(random.sample(3, 9)).toEqual([0, 1, 2]);
  });
});
