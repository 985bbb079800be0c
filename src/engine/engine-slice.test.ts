/** The engine's sliced model: what it answers with, what it says of it, and what it refuses. */
import { afterAll, beforeAll, expect, it } from "vitest";
import { decodePicture } from "../models/image/decode-node.ts";
import { createNodeBackend } from "../runtime/cpu/node.ts";
import type { ModelSummary, SampleInput } from "./contract.ts";
import { createEngine } from "./engine.ts";
import { nodeDevice } from "./load/node-device.ts";
import { compareSpeed } from "./measure/compare-speed.ts";
import { createTinyFolder } from "./testing/tiny-checkpoint.ts";

const SIZE = 32;
const pixels = new Uint8ClampedArray(4 * SIZE * SIZE).map((_, index) => (index * 7) % 256);
const input: SampleInput = { picture: { width: SIZE, height: SIZE, pixels }, question: "What is this?" };
const TRACE = [9, 30, 41, 12];
const source = { kind: "address", name: "tiny", url: "" } as const;

function newEngine() {
  return createEngine({
    device: nodeDevice,
    openFolder: createTinyFolder,
    decodePicture,
    createBackend: async () => createNodeBackend({ threads: 1 }),
  });
}

/** Every module of the tiny model keeps something: its attention units stay. */
function pruningOf({ layout }: ModelSummary, step: number) {
  const keep = new Uint8Array(layout.unitCount).fill(1);
  layout.modules.forEach(({ kind }, index) => {
    for (let unit = layout.offsets[index] ?? 0; unit < (layout.offsets[index + 1] ?? 0); unit++) {
      if (kind === "mlp" && unit % step === 0) keep[unit] = 0;
    }
  });
  return { keep, meanInputs: null };
}

/** The same, asked of the sliced weights. */
const sliced = (pruning: ReturnType<typeof pruningOf>) => ({ ...pruning, weights: "sliced" }) as const;

const engine = newEngine();
let summary: ModelSummary;
beforeAll(async () => {
  summary = await engine.load(source, { backend: "cpu" });
});
afterAll(() => engine.dispose());

it("answers from the sliced weights for exactly their pruning, says so, and gives what masks give", async () => {
  const [one, other] = [pruningOf(summary, 2), pruningOf(summary, 3)];
  const masked = await engine.evaluate(input, TRACE, one);
  const written = await engine.generate(input, { pruning: one, maximumTokens: 4 });
  expect([masked.weights, written.weights]).toEqual([undefined, undefined]);

  const done: number[] = [];
  const made = await engine.slice(one, {}, { onProgress: (progress) => void done.push(progress.done) });
  expect(done).toEqual([1, 2, 3, 4]);
  expect(made.denseBytes).toBe(summary.weightBytes);
  // Half of the neurons of two layers a tower, with 3 matrices of text's, and 2 and a bias of vision's.
  expect(made.denseBytes - made.slicedBytes).toBe(4 * 2 * 12 * (3 * 32 + 2 * 32 + 1));
  expect(4 * (made.denseParameters - made.slicedParameters)).toBe(made.denseBytes - made.slicedBytes);
  expect(made.denseReleased).toBe(false);

  const measured = await engine.evaluate(input, TRACE, sliced({ keep: one.keep.slice(), meanInputs: null }));
  expect(measured.weights).toBe("sliced");
  measured.kl.forEach((value, place) => {
    expect(value).toBeCloseTo(masked.kl[place] ?? Number.NaN, 5);
  });
  const again = await engine.generate(input, { pruning: sliced(one), maximumTokens: 4 });
  expect(again).toEqual({ ...written, weights: "sliced" });
  // Asked of masks, or for another pruning.
  expect((await engine.evaluate(input, TRACE, one)).weights).toBeUndefined();
  expect((await engine.evaluate(input, TRACE, sliced(other))).weights).toBeUndefined();
  expect((await engine.generate(input, { maximumTokens: 2 })).weights).toBeUndefined();

  await engine.unslice();
  expect((await engine.evaluate(input, TRACE, sliced(one))).weights).toBeUndefined();
});

it("checks the sliced weights against masks, which it refuses without any", async () => {
  await engine.unslice();
  await expect(engine.checkSlice(input, TRACE)).rejects.toMatchObject({ code: "bad-input" });
  await engine.slice(pruningOf(summary, 3), {});
  await expect(engine.checkSlice(input, [])).rejects.toMatchObject({
    code: "bad-input",
    message: "The trace is empty.",
  });
  const check = await engine.checkSlice(input, TRACE);
  expect(check).toMatchObject({ positions: TRACE.length, tokens: TRACE.length, differsAt: null });
  expect(check.logits).toBeLessThan(1e-4);
  expect(check.kl).toBeLessThan(1e-6);
});

it("times runs of both, and counts what they hold", async () => {
  await engine.unslice();
  const request = { weights: "sliced", tokens: 4 } as const;
  await expect(engine.measureSpeed(input, request)).rejects.toMatchObject({ code: "bad-input" });
  const { slicedBytes } = await engine.slice(pruningOf(summary, 2), {});
  const dense = await engine.measureSpeed(input, { ...request, weights: "dense" });
  const narrow = await engine.measureSpeed(input, request);
  for (const run of [dense, narrow]) {
    expect(run.decodedTokens).toBe(3);
    expect(run.firstToken).toBeGreaterThan(0);
    expect(run.decode).toBeGreaterThan(0);
    // One key/value head of 16 in each of two layers; the last token is written and not taken in.
    expect(run.cacheBytes).toBe(4 * 2 * 2 * 16 * (run.promptTokens + run.decodedTokens));
    expect(run.peakBytes).toBeGreaterThan(run.weightBytes + run.cacheBytes);
  }
  expect([dense.weightBytes, narrow.weightBytes]).toEqual([summary.weightBytes, slicedBytes]);
  expect(dense.peakBytes - narrow.peakBytes).toBeGreaterThan(0);
  const { maximumTokens } = summary;
  await expect(engine.measureSpeed(input, { ...request, tokens: 1 })).rejects.toThrow(/takes two/);
  const long = await engine.measureSpeed(input, { ...request, tokens: 1000 });
  expect(long.promptTokens + long.decodedTokens + 1).toBe(maximumTokens);
});

it("without dense weights refuses what needs them and goes on with what does not", async () => {
  const own = newEngine();
  const needs = await own.load(source, { backend: "cpu" });
  const pruning = pruningOf(needs, 2);
  const before = await own.evaluate(input, TRACE, pruning);
  expect((await own.slice(pruning, { releaseDense: true })).denseReleased).toBe(true);
  const after = await own.evaluate(input, TRACE, sliced(pruning));
  expect(after.weights).toBe("sliced");
  after.kl.forEach((value, place) => {
    expect(value).toBeCloseTo(before.kl[place] ?? Number.NaN, 5);
  });
  const gone = { code: "unsupported", message: expect.stringContaining("weights were released") };
  await expect(own.generate(input, {})).rejects.toMatchObject(gone);
  await expect(own.checkSlice(input, TRACE)).rejects.toMatchObject(gone);
  await expect(own.evaluate(input, TRACE.slice(1), sliced(pruning))).rejects.toMatchObject(gone);
  // What is left stays where another plan, or both in turn, are asked for.
  await expect(own.slice(pruningOf(needs, 3), {})).rejects.toMatchObject(gone);
  const order = { input, pruning, asked: 0.5, reached: 0.5, tokens: 3, runs: 1, longestTrace: 3 };
  await expect(compareSpeed(own, order)).rejects.toMatchObject(gone);
  expect((await own.generate(input, { pruning: sliced(pruning), maximumTokens: 2 })).weights).toBe("sliced");
  await own.dispose();
});
