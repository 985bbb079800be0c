/** Every way to write tokens writes the same ones in a browser too, on either backend. */
import { describe, expect, it } from "vitest";
import type { BackendKind } from "../contract.ts";
import { createEvaluationSet } from "../measure/evaluation-set.ts";
import { openBundledSession } from "../testing/browser-session.ts";
import { countTensors } from "../testing/count-tensors.ts";
import { generateBatch, type WayToWrite } from "./generate.ts";
import { discardLargeCopy, wholeProgram } from "./generate-whole.ts";

/** Tokens of each sample, so that the batch shrinks on the way. */
const LIMITS = [5, 2, 4];

describe.each<BackendKind>(["cpu", "webgpu"])("ways to write tokens on the %s backend of the browser", (backend) => {
  it("agree, and leave nothing behind", async () => {
    const session = await openBundledSession({ backend });
    const { model, denseMasks: masks } = session;
    const inputs = await createEvaluationSet(session).prepare(LIMITS.map((_, place) => place));
    const samples = inputs.map((input, place) => ({ input, prefix: [], maximumTokens: LIMITS[place] ?? 0 }));
    const write = (way: WayToWrite) => generateBatch(model, { samples, masks, stopIds: [], signal: undefined, way });
    const layers = await write("layers");
    expect(layers.map(({ ids }) => ids.length)).toEqual(LIMITS);
    const held = countTensors(model.backend);
    expect(await write("fused")).toEqual(layers);
    expect((await wholeProgram(model)) !== null).toBe(backend === "cpu");
    expect(await write("whole")).toEqual(layers);
    const kept = await wholeProgram(model);
    await discardLargeCopy(model);
    expect(await wholeProgram(model)).toBe(kept);
    await discardLargeCopy(model, 0);
    if (kept) expect(await wholeProgram(model)).not.toBe(kept);
    expect(await write("whole")).toEqual(layers);
    expect(held()).toBe(0);
    await session.dispose();
  });
});
