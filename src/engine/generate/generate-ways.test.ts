/** Every way to write tokens writes the same ones: the bundled model's, for many prompts. */

import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { projectRoot } from "../../testing/shared.ts";
import { createEvaluationSet } from "../measure/evaluation-set.ts";
import { openNodeSession } from "../node-engine.ts";
import { createPruningMasks } from "../pass/compensation.ts";
import type { MaskSet } from "../pass/masks.ts";
import type { Session } from "../session.ts";
import { projectionColumns } from "../testing/columns.ts";
import { generateBatch, type WayToWrite } from "./generate.ts";

const PROMPTS = 32;
const TOKENS = 40;

describe("ways to write tokens", { timeout: 120_000 }, () => {
  let session: Session;

  beforeAll(async () => {
    session = await openNodeSession(join(projectRoot, "public/models/scenes"));
  }, 60_000);
  afterAll(() => session?.dispose());

  const write = async (way: WayToWrite, masks: MaskSet, size: number) => {
    const inputs = await createEvaluationSet(session).prepare(Array.from({ length: PROMPTS }, (_, place) => place));
    const traces: (readonly number[])[] = [];
    for (let first = 0; first < PROMPTS; first += size) {
      const samples = inputs.slice(first, first + size).map((input) => ({ input, prefix: [], maximumTokens: TOKENS }));
      const { stopIds } = session.checkpoint;
      const generations = await generateBatch(session.model, { samples, masks, stopIds, signal: undefined, way });
      traces.push(...generations.map(({ ids }) => ids));
    }
    return traces;
  };

  it("agree on the dense model, one by one and in batches", async () => {
    const layers = await write("layers", session.denseMasks, 8);
    expect(new Set(layers.map((trace) => trace.join())).size).toBeGreaterThan(PROMPTS / 2);
    expect(await write("fused", session.denseMasks, 8)).toEqual(layers);
    expect(await write("fused", session.denseMasks, 1)).toEqual(layers);
  });

  it("agree on a pruned and compensated model", async () => {
    const { model } = session;
    const keep = Uint8Array.from({ length: model.layout.unitCount }, (_, unit) => Number(unit % 5 > 0));
    const length = projectionColumns(model.definition);
    const meanInputs = Float32Array.from({ length }, (_, column) => Math.sin(column) / 20);
    const masks = await createPruningMasks(model, { keep, meanInputs });
    expect(await write("fused", masks, 4)).toEqual(await write("layers", masks, 4));
    masks.release();
  });
});
