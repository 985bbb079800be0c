/** Statistics written as a safetensors file and read again; files that are not what they say. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createRandom } from "../../core/random.ts";
import type { Statistics } from "../../core/statistics.ts";
import { fillBaselines } from "../../core/testing/baselines.ts";
import { arbitraryLayout } from "../../core/testing/layouts.ts";
import { createUnitLayout, moduleKey, type UnitLayout } from "../../core/unit.ts";
import { parseSafetensorsHeader } from "../safetensors-header.ts";
import { safetensorsOf } from "../write-safetensors.ts";
import { looksLikeSafetensors, readStatistics } from "./read-statistics.ts";
import { writeStatistics } from "./write-statistics.ts";

const LAYOUT = createUnitLayout(
  [
    { key: moduleKey("vision", 0, "mlp"), tower: "vision", layer: 0, kind: "mlp", unitCount: 3, unitCost: 8 },
    { key: moduleKey("text", 0, "attn"), tower: "text", layer: 0, kind: "attn", unitCount: 2, unitCost: 48 },
    { key: moduleKey("text", 0, "mlp"), tower: "text", layer: 0, kind: "mlp", unitCount: 4, unitCost: 12 },
  ],
  200,
);

/** Numbers that float32 holds exactly. */
function statisticsOf(layout: UnitLayout, seed: number, withBaselines = true): Statistics {
  const { next } = createRandom(seed);
  const draw = (signed: boolean) => Math.fround(next() * 10 - (signed ? 5 : 0));
  const list = (length: number) => Float64Array.from({ length }, () => draw(false));
  return {
    attributionGlobal: list(layout.unitCount),
    attributionPivot: list(layout.unitCount),
    cmds: list(layout.modules.length),
    sens: list(layout.modules.length),
    samples: 5,
    batches: 3,
    pivotBatches: 2,
    baselines: withBaselines ? fillBaselines(layout, 2, 3, draw) : null,
  };
}

describe("a statistics file in safetensors", () => {
  it("gives back every number, for any layout, with and without the other methods' terms", () => {
    fc.assert(
      fc.property(arbitraryLayout, fc.nat(), fc.boolean(), (layout, seed, withBaselines) => {
        const statistics = statisticsOf(layout, seed, withBaselines);
        const bytes = writeStatistics(layout, statistics, { model: "Some", weight_hash: "ab" });
        expect(looksLikeSafetensors(bytes)).toBe(true);
        const { statistics: found, about } = readStatistics(bytes, "some.safetensors", layout);
        expect(found).toEqual(statistics);
        expect(about).toMatchObject({ model: "Some", weight_hash: "ab" });
      }),
      { numRuns: 50 },
    );
  });

  it("is rounded to float32 and takes four bytes a number", () => {
    const statistics = { ...statisticsOf(LAYOUT, 1, false), cmds: Float64Array.of(0.1, 0.2, 0.3) };
    const bytes = writeStatistics(LAYOUT, statistics, {});
    const { dataBegin, dataEnd } = parseSafetensorsHeader(bytes, bytes.length, "some.safetensors");
    expect(dataEnd - dataBegin).toBe(4 * (9 + 9 + 3 + 3));
    expect([...readStatistics(bytes, "some.safetensors", LAYOUT).statistics.cmds]).toEqual(
      [0.1, 0.2, 0.3].map(Math.fround),
    );
  });

  it("is not taken for a JSON file, nor the other way round", () => {
    expect(looksLikeSafetensors(new TextEncoder().encode('{"cmds": {}}  '))).toBe(false);
    expect(looksLikeSafetensors(new TextEncoder().encode("{"))).toBe(false);
  });

  it.each([
    ["a checkpoint", safetensorsOf({}), 'found no format, expected "pivotscope-statistics-1"'],
    [
      "another format",
      safetensorsOf({ __metadata__: { format: "pivotscope-statistics-9", about: "{}" } }),
      'found the format "pivotscope-statistics-9"',
    ],
    [
      "a file that says nothing of itself",
      safetensorsOf({ __metadata__: { format: "pivotscope-statistics-1" } }),
      "calibration",
    ],
  ])("refuses %s by name", (_, bytes, sentence) => {
    expect(() => readStatistics(bytes, "some.safetensors", LAYOUT)).toThrow(sentence);
    expect(() => readStatistics(bytes, "some.safetensors", LAYOUT)).toThrow("some.safetensors");
  });

  it("refuses statistics of another model, by what differs", () => {
    const bytes = writeStatistics(LAYOUT, statisticsOf(LAYOUT, 2), {});
    const [first, second, last] = LAYOUT.modules;
    if (!first || !second || !last) throw new Error("The layout has three modules.");
    const dearer = createUnitLayout([first, second, { ...last, unitCost: 13 }], 200);
    expect(() => readStatistics(bytes, "some.safetensors", dearer)).toThrow(
      "found a cost of 12 parameters for a unit of text.mlp, expected 13",
    );
    const wider = createUnitLayout([first, second, { ...last, unitCount: 5 }], 200);
    expect(() => readStatistics(bytes, "some.safetensors", wider)).toThrow(
      "attributionGlobal: found 9 numbers, but the model has 10 units",
    );
  });

  it("refuses numbers that are not finite, and a file cut short", () => {
    const bytes = writeStatistics(LAYOUT, statisticsOf(LAYOUT, 3), {});
    const { tensors } = parseSafetensorsHeader(bytes, bytes.length, "some.safetensors");
    const begin = tensors.get("text.0.mlp.input")?.begin ?? 0;
    const damaged = bytes.slice();
    new DataView(damaged.buffer).setFloat32(begin, Number.NaN, true);
    expect(() => readStatistics(damaged, "some.safetensors", LAYOUT)).toThrow(
      "baselines.text.0.mlp.input.mean[0]: found NaN",
    );
    expect(() => readStatistics(bytes.slice(0, -4), "some.safetensors", LAYOUT)).toThrow("some.safetensors");
  });
});
