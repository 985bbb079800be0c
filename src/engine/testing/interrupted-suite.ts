/**
 * A calibration that is cut after any run and gone on with gives the statistics of one that was not, to the bit. The same
 * suite runs on the cpu backend in Node and on WebGPU. Tests only.
 */
import { afterAll, beforeAll, expect, it } from "vitest";
import { createRandom } from "../../core/random.ts";
import type { Statistics } from "../../core/statistics.ts";
import type { Idefics3Config } from "../../models/architectures/idefics3/config.ts";
import { uniqueTensors } from "../../models/architectures/weight-slots.ts";
import { randomFile } from "../../models/testing/random-file.ts";
import { SafetensorsFile } from "../../models/testing/safetensors-file.ts";
import type { Backend } from "../../runtime/backend.ts";
import { calibrate, statisticsOf } from "../calibrate/calibrate.ts";
import type { SummedSoFar } from "../contract.ts";
import { createModel, defineModel } from "../load/create-model.ts";
import type { PreparedSample } from "../pass/batch.ts";
import type { Model } from "../pass/model.ts";
import { visionOf } from "../pass/towers.ts";
import { countTensors } from "./count-tensors.ts";
import { SMALL_CONFIG } from "./small-config.ts";

const CONFIG: Idefics3Config = {
  ...SMALL_CONFIG,
  text: { ...SMALL_CONFIG.text, vocabularySize: 120, layers: 2 },
  vision: { ...SMALL_CONFIG.vision, layers: 1, imageSize: 32 },
};
/** Two batches of two, and one of a single sample. */
const SAMPLES = 5;

function randomWeights(): SafetensorsFile {
  const slots = uniqueTensors(defineModel(CONFIG));
  const shapes = slots.map(({ tensor, shape }) => ({ name: tensor, shape }));
  return new SafetensorsFile(randomFile(shapes, 3));
}

/** Samples of different lengths, each with a picture of its own. */
function randomSamples(model: Model): PreparedSample[] {
  const random = createRandom(5);
  const vision = visionOf(model);
  const pixels = vision.pixelShape.reduce((product, size) => product * size, 1);
  const word = () => 6 + Math.floor(random.next() * 100);
  const words = (count: number) => Array.from({ length: count }, word);
  return Array.from({ length: SAMPLES }, (_, index): PreparedSample => {
    const frame = vision.frameOf(Float32Array.from({ length: pixels }, () => random.next() - 0.5));
    const images = Array<number>(frame.tokens).fill(CONFIG.imageTokenId);
    return { prompt: [...words(2 + index), ...images, word()], frames: [frame], trace: words(9 - index), pivots: [1] };
  });
}

/** Declares the suite; call it inside a `describe`. */
export function defineInterruptedSuite(open: () => Promise<Backend>): void {
  let model: Model;
  let samples: PreparedSample[];

  beforeAll(async () => {
    model = await createModel(await open(), CONFIG, randomWeights());
    samples = randomSamples(model);
  }, 120_000);
  afterAll(() => model?.backend.dispose());

  const request = (batchesPerRun: number) => ({
    samples,
    batchSize: 2,
    window: 1,
    batchesPerRun,
    signal: undefined,
    onProgress: undefined,
  });

  /** The whole calibration, and what is summed after each of its runs. */
  async function recorded(batchesPerRun: number): Promise<{ whole: Statistics; records: SummedSoFar[] }> {
    const records: SummedSoFar[] = [];
    const keep = { keep: (done: SummedSoFar) => void records.push(done), share: Number.POSITIVE_INFINITY };
    return { whole: await calibrate(model, { ...request(batchesPerRun), keep }), records };
  }

  it.each([
    [1, [2, 4, 5]],
    [2, [4, 5]],
  ])("goes on after any run of %i batches with the same numbers", async (batchesPerRun, ends) => {
    const untouched = await calibrate(model, request(batchesPerRun));
    const { whole, records } = await recorded(batchesPerRun);
    // Reading back changes nothing.
    expect(whole).toEqual(untouched);
    expect(records.map((record) => record.samples)).toEqual(ends);
    for (const record of records) {
      const first = structuredClone(record);
      expect(await calibrate(model, { ...request(batchesPerRun), from: record })).toEqual(whole);
      // A record can be gone on with again.
      expect(record).toEqual(first);
    }
  });

  it("goes on from what went on before", async () => {
    const { whole, records } = await recorded(1);
    const again: SummedSoFar[] = [];
    await calibrate(model, {
      ...request(1),
      from: records[0] ?? null,
      keep: { keep: (done) => void again.push(done), share: Number.POSITIVE_INFINITY },
    });
    expect(again).toEqual(records.slice(1));
    expect(await calibrate(model, { ...request(1), from: again[0] ?? null })).toEqual(whole);
  });

  it.each([
    [1, 1, [2, 4]],
    [1, 3, [4]],
    [2, 1, [4]],
    [1, 5, []],
  ])(
    "hands out statistics on the way in runs of %i, from %i samples on, and ends with the same numbers",
    async (batchesPerRun, atLeast, ends) => {
      const alive = countTensors(model.backend);
      const untouched = await calibrate(model, request(batchesPerRun));
      const taken: Statistics[] = [];
      const partial = { atLeast, take: (statistics: Statistics) => void taken.push(statistics) };
      expect(await calibrate(model, { ...request(batchesPerRun), partial })).toEqual(untouched);
      expect(taken.map((statistics) => statistics.samples)).toEqual(ends);
      for (const statistics of taken) {
        const alone = samples.slice(0, statistics.samples);
        expect(statistics).toEqual(await calibrate(model, { ...request(batchesPerRun), samples: alone }));
      }
      expect(alive()).toBe(0);
    },
  );

  it("hands them out at once where it goes on from enough samples, and not where these were handed out", async () => {
    const { whole, records } = await recorded(1);
    const from = records[0] ?? null;
    for (const [atLeast, ends] of [
      [1, [2, 4]],
      [3, [4]],
    ] as const) {
      const taken: number[] = [];
      const partial = { atLeast, take: ({ samples: count }: Statistics) => void taken.push(count) };
      expect(await calibrate(model, { ...request(1), from, partial })).toEqual(whole);
      expect(taken).toEqual(ends);
    }
  });

  it("makes statistics of what is summed so far: those of its samples alone", async () => {
    const alive = countTensors(model.backend);
    const { whole, records } = await recorded(1);
    for (const record of records) {
      const alone = await calibrate(model, { ...request(1), samples: samples.slice(0, record.samples) });
      expect(await statisticsOf(model, record)).toEqual(alone);
    }
    const [last] = records.slice(-1);
    expect(last && (await statisticsOf(model, last))).toEqual(whole);
    expect(alive()).toBe(0);
  });
}
