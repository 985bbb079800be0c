import { describe, expect, it } from "vitest";
import type { Planner } from "../methods/method.ts";
import { defaultParameters } from "../parameters.ts";
import { createUnitLayout, type Module, moduleKey } from "../unit.ts";
import { cellsOf, textCmds, windowCells } from "./cells.ts";
import { sweepDescription, windowsDescription } from "./description.ts";
import { chunksOf, interleavedSamples } from "./samples.ts";
import { ablationSeries, methodSeries } from "./series.ts";

/** One vision and four text layers, the text layers in reverse order in the layout. */
const modules: Module[] = [0, 3, 2, 1, 0].flatMap((layer, place) => {
  const tower = place === 0 ? "vision" : "text";
  return (["attn", "mlp"] as const).map(
    (kind): Module => ({
      key: moduleKey(tower, layer, kind),
      tower,
      layer,
      kind,
      unitCount: kind === "attn" ? 2 : 3,
      unitCost: kind === "attn" ? 10 : 5,
    }),
  );
});
const layout = createUnitLayout(modules, 1000);
const common = { samplesPerFamily: null, generate: true } as const;

describe("cells", () => {
  it("are the dense model and every series at every ratio, each with arrays of its own", () => {
    const keep = new Uint8Array(layout.unitCount);
    const asked: string[] = [];
    const description = sweepDescription({
      ...common,
      series: methodSeries(["mucrasp", "random"], defaultParameters()),
      ratios: [0.5, 0],
    });
    const cells = cellsOf(description, layout, ({ id }): Planner => {
      asked.push(id);
      return (ratio) => {
        keep.fill(ratio > 0 ? 0 : 1);
        return {
          keep,
          values: new Float64Array(keep.length),
          keptUnits: 0,
          keptParameters: 0,
          reachedRatio: ratio / 2,
          keptPerModule: new Uint32Array(modules.length),
          meanInputs: id === "random" ? Float32Array.of(ratio) : null,
        };
      };
    });
    expect(asked).toEqual(["mucrasp", "random"]);
    expect(cells.map(({ id, series, place, reachedRatio }) => [id, series, place, reachedRatio])).toEqual([
      ["dense", null, 0, 0],
      ["mucrasp@0", "mucrasp", 0, 0],
      ["mucrasp@0.5", "mucrasp", 0.5, 0.25],
      ["random@0", "random", 0, 0],
      ["random@0.5", "random", 0.5, 0.25],
    ]);
    expect(cells.map(({ pruning }) => pruning?.keep[0])).toEqual([undefined, 1, 0, 1, 0]);
    expect(cells.map(({ pruning }) => pruning?.meanInputs?.[0])).toEqual([undefined, undefined, undefined, 0, 0.5]);
  });

  it("say how many units a plan treats otherwise than the first series' at the same ratio", () => {
    const description = sweepDescription({
      ...{ samplesPerFamily: null, generate: true, ratios: [0, 0.5] },
      series: methodSeries(["mucrasp", "flap", "random"], defaultParameters()),
    });
    const cells = cellsOf(description, layout, ({ id }) => (ratio) => {
      const keep = new Uint8Array(layout.unitCount).fill(1);
      if (ratio > 0) keep.fill(0, 0, 3);
      // One that is removed besides, and one that is kept.
      if (ratio > 0 && id === "random") [keep[0], keep[5]] = [1, 0];
      const none = { values: new Float64Array(0), keptUnits: 0, keptParameters: 0, meanInputs: null };
      return { ...none, keep, reachedRatio: ratio, keptPerModule: new Uint32Array(modules.length) };
    });
    expect(cells.map(({ id, unlikeFirst }) => [id, unlikeFirst])).toEqual([
      ...[
        ["dense", undefined],
        ["mucrasp@0", undefined],
        ["mucrasp@0.5", undefined],
      ],
      ...[
        ["flap@0", 0],
        ["flap@0.5", 0],
        ["random@0", 0],
        ["random@0.5", 2 / layout.unitCount],
      ],
    ]);
  });

  it("zero the MLPs of neighbouring text layers, and nothing else, in a window", () => {
    const cells = windowCells(layout, 3);
    expect(cells.map(({ id, place }) => [id, place])).toEqual([
      ["window@0", 0],
      ["window@1", 1],
    ]);
    const removed = cells.map(({ pruning }) =>
      modules.filter((_, index) =>
        pruning?.keep.subarray(layout.offsets[index], layout.offsets[index + 1]).every((kept) => kept === 0),
      ),
    );
    expect(removed.map((list) => list.map(({ key }) => key))).toEqual([
      ["text.2.mlp", "text.1.mlp", "text.0.mlp"],
      ["text.3.mlp", "text.2.mlp", "text.1.mlp"],
    ]);
    const share = (3 * 3 * 5) / (5 * (2 * 10 + 3 * 5));
    for (const { reachedRatio, pruning } of cells) {
      expect(reachedRatio).toBeCloseTo(share, 12);
      expect(pruning?.keep.reduce((sum, kept) => sum + kept, 0)).toBe(layout.unitCount - 9);
    }
    expect(() => windowCells(layout, 5)).toThrow(/size: found 5, but windows lie within the model's 4 text layers/);
    const description = windowsDescription({ ...common, size: 4 });
    expect(cellsOf(description, layout, () => expect.unreachable())).toHaveLength(2);
  });

  it("take the CMDS of text MLPs by layer", () => {
    expect(
      textCmds(
        layout,
        Float64Array.from(modules, (_, index) => index),
      ),
    ).toEqual([9, 7, 5, 3]);
  });
});

describe("ablations", () => {
  it("change one thing each", () => {
    const parameters = { ...defaultParameters(), window: 2, gammaScale: 0.3 };
    const series = ablationSeries(parameters);
    expect(series[0]).toMatchObject({ id: "full", parameters });
    const changes = series.slice(1).map(({ id, method, parameters: changed }) => {
      expect(method).toBe("mucrasp");
      const names = Object.entries(changed).filter(
        ([name, value]) => value !== Object.entries(parameters).find(([key]) => key === name)?.[1],
      );
      return [id, Object.fromEntries(names)];
    });
    expect(Object.fromEntries(changes)).toMatchObject({
      "no-pivots": { gammaScale: 0 },
      "random-pivots": { pivotPlacement: "random" },
      "window-4": { window: 4 },
      "window-8": { window: 8 },
      "window-16": { window: 16 },
      "no-cmds": { betaBase: 0, betaSlope: 0 },
      "no-protection": { alphaBase: 0, betaBase: 0, earlyBonus: 0, attentionFactor: 1, visionFactor: 1, lateFactor: 1 },
      uniform: { allocation: "uniform" },
    });
    for (const [id, changed] of changes) expect(Object.keys(changed ?? {}).length, `${id}`).toBeGreaterThan(0);
  });
});

describe("samples", () => {
  it("come from all families in turn, the first ones of each", () => {
    const families = ["a", "a", "b", null, "a", "b"];
    expect(interleavedSamples(families, null)).toEqual([0, 2, 3, 1, 5, 4]);
    expect(interleavedSamples(families, 1)).toEqual([0, 2, 3]);
    expect(interleavedSamples([], 3)).toEqual([]);
  });

  it("are cut into chunks without loss", () => {
    expect(chunksOf([1, 2, 3, 4, 5], 2)).toEqual([[1, 2], [3, 4], [5]]);
    expect(chunksOf([], 2)).toEqual([]);
  });
});
