/**
 * Sliced weights are the masked model: the same logits and, at every way to write, the same tokens, with widths that differ
 * from layer to layer. The same suite runs on every backend and model. Tests only.
 */
import { afterAll, beforeAll, expect, it } from "vitest";
import type { Pruning } from "../../core/pruning.ts";
import { createRandom } from "../../core/random.ts";
import { rangeOf } from "../../core/unit.ts";
import { towersOf } from "../../models/architectures/definition.ts";
import { generateBatch, type WayToWrite } from "../generate/generate.ts";
import { createBatch, type PreparedSample } from "../pass/batch.ts";
import { traceLogits } from "../pass/last-states.ts";
import { createMasks, type MaskSet } from "../pass/masks.ts";
import type { Model } from "../pass/model.ts";
import { type SlicedModel, sliceModel } from "../slice/slice-model.ts";
import { projectionColumns } from "./columns.ts";

/** Logits of sliced weights against masked ones, which differ by rounding alone. */
export const SLICED_TOLERANCE = 1e-4;

/** A share of each module's units that is drawn for each, never none. */
export function unevenPruning(model: Model, compensated: boolean, seed = 5): Pruning {
  const random = createRandom(seed);
  const { layout } = model;
  const keep = new Uint8Array(layout.unitCount);
  for (const [index] of layout.modules.entries()) {
    const { first, end } = rangeOf(layout, index);
    const share = 0.3 + 0.5 * random.next();
    keep[first + random.integer(end - first)] = 1;
    for (let unit = first; unit < end; unit++) if (random.next() < share) keep[unit] = 1;
  }
  const columns = projectionColumns(model.definition);
  const meanInputs = compensated ? Float32Array.from({ length: columns }, () => random.normal() / 20) : null;
  return { keep, meanInputs };
}

export function largestDifference(found: ArrayLike<number>, expected: ArrayLike<number>): number {
  expect(found.length).toBe(expected.length);
  return Math.max(...Array.from(found, (value, index) => Math.abs(value - (expected[index] ?? Number.NaN))));
}

/** Numbers of the narrowest and the widest layer of a tower. */
function spread(widths: readonly number[]): number {
  return Math.max(...widths) - Math.min(...widths);
}

interface SlicedModelAtHand {
  readonly model: Model;
  readonly samples: readonly PreparedSample[];
  dispose(): Promise<void>;
}

/** Declares the suite; call it inside a `describe`. */
export function defineSliceSuite(
  open: () => Promise<SlicedModelAtHand>,
  ways: readonly WayToWrite[] = ["layers", "fused", "whole"],
): void {
  let hand: SlicedModelAtHand;
  let sliced: SlicedModel;
  beforeAll(async () => {
    hand = await open();
    sliced = await sliceModel(hand.model, unevenPruning(hand.model, true));
  }, 240_000);
  afterAll(async () => {
    await sliced?.release();
    await hand?.dispose();
  });

  const logits = async (model: Model, masks: MaskSet) => {
    const { backend } = hand.model;
    const given = await traceLogits(model, createBatch([...hand.samples], model.imageTokenId), masks);
    const numbers = await backend.read(given);
    backend.release(given);
    return numbers;
  };

  it("has layers of different widths in every tower, and graphs of them", () => {
    for (const tower of towersOf(sliced.model.definition)) {
      expect(spread(tower.layers.map(({ mlpColumns }) => mlpColumns))).toBeGreaterThan(0);
      for (const [layer, { weights }] of tower.layers.entries()) {
        const feeds = sliced.model.layerFeeds(tower.tower, layer);
        expect(Object.fromEntries(weights.map(({ input }) => [input, feeds[input]?.dims]))).toEqual(
          Object.fromEntries(weights.map(({ input, shape }) => [input, shape])),
        );
      }
    }
  });

  it("gives the masked model's logits", async () => {
    const found = await logits(sliced.model, sliced.masks);
    expect(largestDifference(found, await logits(hand.model, sliced.masked))).toBeLessThan(SLICED_TOLERANCE);
    using dense = createMasks(hand.model, null);
    expect(largestDifference(found, await logits(hand.model, dense))).toBeGreaterThan(100 * SLICED_TOLERANCE);
  });

  it.each(ways)("writes the masked model's tokens, %s", async (way) => {
    const toWrite = hand.samples.map(({ trace: _, pivots: __, ...input }, index) => ({
      input,
      prefix: [],
      maximumTokens: 12 - 3 * index,
    }));
    const write = async (model: Model, masks: MaskSet) => {
      const generations = await generateBatch(model, { samples: toWrite, masks, stopIds: [], signal: undefined, way });
      return generations.map(({ ids }) => ids);
    };
    const found = await write(sliced.model, sliced.masks);
    expect(found).toEqual(await write(hand.model, sliced.masked));
    expect(found.map(({ length }) => length)).toEqual(toWrite.map(({ maximumTokens }) => maximumTokens));
  });
}
