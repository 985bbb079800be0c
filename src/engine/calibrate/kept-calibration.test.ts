// @module-tag attack
/** Records of the engine, on a tiny checkpoint in Node: gone on with by another engine, and refused where they do not belong. */
import { afterAll, beforeAll, expect, it } from "vitest";
import { defaultPivotParameters } from "../../core/pivots.ts";
import type { Statistics } from "../../core/statistics.ts";
import { decodePicture } from "../../models/image/decode-node.ts";
import type { CheckpointFolder } from "../../models/source.ts";
import { createNodeBackend } from "../../runtime/cpu/node.ts";
import type { CalibrationOrder, CalibrationProgress, CalibrationRecord, Engine, OwnSample } from "../contract.ts";
import { createEngine } from "../engine.ts";
import { nodeDevice } from "../load/node-device.ts";
import { createTinyFolder } from "../testing/tiny-checkpoint.ts";
import { parseRecord } from "./calibration-record.ts";

const folder = createTinyFolder();
const parameters = { batchSize: 1, pivots: { ...defaultPivotParameters(), window: 1 } };
const engines: Engine[] = [];

async function openEngine(changes: Partial<CheckpointFolder> = {}, precision: "float32" | "float16" = "float32") {
  const engine = createEngine({
    device: nodeDevice,
    openFolder: () => ({ ...folder, ...changes }),
    decodePicture,
    createBackend: async () => createNodeBackend({ threads: 1 }),
  });
  engines.push(engine);
  await engine.load({ kind: "address", name: "tiny", url: "" }, { backend: "cpu", precision });
  return engine;
}

async function follow(engine: Engine, order: CalibrationOrder) {
  const seen: CalibrationProgress[] = [];
  const statistics = await engine.calibrate(order, { onProgress: (progress) => void seen.push(progress) });
  const records = seen.flatMap(({ record }) => record ?? []);
  return { statistics, seen, records, first: seen[0] };
}

let engine: Engine;
let whole: Statistics;
let record: CalibrationRecord;

beforeAll(async () => {
  engine = await openEngine();
  const run = await follow(engine, { ...parameters, keep: { from: null } });
  whole = run.statistics;
  const [first] = run.records;
  if (!first) throw new Error("The first run hands out its sums.");
  record = first;
});
afterAll(async () => {
  for (const one of engines) await one.dispose();
});

it("tells without a calibration what is known of the weights, in the statistics' numbers", async () => {
  const { baselines } = await engine.weightStatistics();
  expect(baselines?.modules.map(({ matrices }) => matrices)).toEqual(
    whole.baselines?.modules.map(({ matrices }) =>
      matrices.map(({ matrix, linesPerUnit, lineLength, absolute, square }) => {
        return { matrix, linesPerUnit, lineLength, absolute, square };
      }),
    ),
  );
});

it("hands out statistics of a part with its progress where it is asked to, and none of the whole", async () => {
  const order = { ...parameters, sampleLimit: 2 };
  const two = await follow(engine, { ...order, keep: { from: null }, partial: { atLeast: 1 } });
  const handed = two.seen.filter(({ statistics }) => statistics);
  expect(handed).toMatchObject([{ sample: 1, samples: 2, from: 0, statistics: { samples: 1 } }]);
  expect(two.statistics).toEqual((await follow(engine, order)).statistics);
  const [record] = two.records;
  const again = await follow(engine, { ...order, keep: { from: record }, partial: { atLeast: 1 } });
  expect(again.first).toMatchObject({ sample: 1, samples: 2, from: 1, fraction: 0.5, statistics: { samples: 1 } });
  expect(again.statistics).toEqual(two.statistics);
});

it("hands out sums only where it is asked to", async () => {
  const { records, statistics, first } = await follow(engine, parameters);
  expect(records).toEqual([]);
  expect(first).not.toHaveProperty("from");
  expect(statistics).toEqual(whole);
});

it("goes on in another engine, as after a reload, from a record that was kept and read", async () => {
  expect(parseRecord(structuredClone(record))).toEqual(record);
  const other = await openEngine();
  const { statistics, first, records } = await follow(other, {
    ...parameters,
    keep: { from: structuredClone(record) },
  });
  expect(first).toMatchObject({ from: 1, refused: null, sample: 2 });
  expect(statistics).toEqual(whole);
  expect(records.every(({ done }) => done.samples > 1)).toBe(true);
});

it("tells with each record how many graphs have run", async () => {
  const before = await engine.countRuns();
  const { seen } = await follow(engine, { ...parameters, keep: { from: null } });
  const told = seen.flatMap(({ runs }) => runs ?? []);
  expect(told[0]).toBeGreaterThan(before);
  expect(await engine.countRuns()).toBeGreaterThanOrEqual(told.at(-1) ?? Number.NaN);
});

/** The record with something else at a path of it. */
function changed(path: string, value: unknown): unknown {
  const copy = structuredClone(record);
  const names = path.split(".");
  const last = names.pop() ?? "";
  const parent = names.reduce((part, name) => Reflect.get(part, name) as object, copy as object);
  Reflect.set(parent, last, value);
  return copy;
}

it.each<[string, string, () => unknown]>([
  ["damaged", "a text", () => "nonsense"],
  ["damaged", "one without traces", () => changed("traces", undefined)],
  ["damaged", "one of half a batch", () => changed("done.samples", 2)],
  ["damaged", "one of more samples than there are", () => changed("done", { ...record.done, samples: 9, batches: 9 })],
  ["damaged", "one with more pivot batches than batches", () => changed("done.pivotBatches", 2)],
  ["damaged", "one with a list for an array", () => changed("done.sums.pivot", [1, 2])],
  ["damaged", "one of another layout", () => changed("done.sums.terms", new Float32Array(3))],
  ["version", "one of another version", () => changed("version", 0)],
  ["weights", "one of other weights", () => changed("of.weights", "0".repeat(64))],
  ["precision", "one of another precision", () => changed("of.precision", "float16")],
  ["samples", "one of other pictures", () => changed("of.samples.inputs", "")],
  ["samples", "one of other traces", () => changed("of.samples.traces", "")],
])("starts anew and says %s for %s", async (reason, _, from) => {
  const { statistics, first } = await follow(engine, { ...parameters, keep: { from: from() } });
  expect(first).toMatchObject({ from: 0, refused: reason, sample: 1 });
  expect(statistics).toEqual(whole);
});

it.each<[string, Partial<CalibrationOrder>]>([
  ["parameters", { pivots: { ...parameters.pivots, window: 2 } }],
  ["parameters", { pivots: { ...parameters.pivots, pivotPlacement: "random" } }],
  ["parameters", { batchSize: 2 }],
  ["samples", { sampleLimit: 2 }],
])("starts anew and says %s where others are asked for: %o", async (reason, change) => {
  const { first } = await follow(engine, { ...parameters, ...change, keep: { from: record } });
  expect(first).toMatchObject({ from: 0, refused: reason });
});

it("takes a seed that nothing is drawn from for no other calibration", async () => {
  const pivots = { ...parameters.pivots, randomSeed: 77 };
  const { first } = await follow(engine, { ...parameters, pivots, keep: { from: record } });
  expect(first).toMatchObject({ from: 1, refused: null });
});

it("starts anew where the weights are the same and held in another precision", async () => {
  const half = await openEngine({}, "float16");
  const { first } = await follow(half, { ...parameters, keep: { from: record } });
  expect(first).toMatchObject({ from: 0, refused: "precision" });
});

it("starts anew where a picture of the set is another one, though nothing else has changed", async () => {
  const grey = (value: number): OwnSample["picture"] => ({
    width: 32,
    height: 32,
    pixels: new Uint8ClampedArray(32 * 32 * 4).fill(value),
  });
  const own = (value: number): OwnSample[] =>
    [value, 90].map((shade) => ({ picture: grey(shade), question: "Is it red?", trace: [9, 30, 41], answer: null }));
  await engine.setSamples(own(10));
  const { records } = await follow(engine, { ...parameters, keep: { from: null } });
  const [first] = records;
  expect((await follow(engine, { ...parameters, keep: { from: first } })).first).toMatchObject({ from: 1 });
  await engine.setSamples(own(11));
  const other = await follow(engine, { ...parameters, keep: { from: first } });
  expect(other.first).toMatchObject({ from: 0, refused: "samples" });
  await engine.setSamples(null);
});

it("does not write traces again that the model wrote before it was cut off", async () => {
  const own: OwnSample[] = ["Is it red?", "Is it blue?"].map((question) => ({
    picture: null,
    question,
    trace: null,
    answer: null,
  }));
  const picture = { width: 32, height: 32, pixels: new Uint8ClampedArray(32 * 32 * 4).fill(90) };
  const samples = own.map((sample) => ({ ...sample, picture }));
  const order = { ...parameters, keep: { from: null } };
  await engine.setSamples(samples);
  const run = await follow(engine, order);
  expect(run.seen[0]).toMatchObject({ pass: "traces" });
  const other = await openEngine();
  await other.setSamples(samples);
  const again = await follow(other, { ...order, keep: { from: run.records[0] } });
  expect(again.seen.filter(({ pass }) => pass === "traces")).toEqual([]);
  expect(again.statistics).toEqual(run.statistics);
  await engine.setSamples(null);
});
