/** Layer views against brute force on a checkpoint's raw tensors, for any backend. */
import { afterAll, beforeAll, expect, it } from "vitest";
import type { LayerViews } from "../../core/signals/layer-views.ts";
import type { Idefics3Config } from "../../models/architectures/idefics3/config.ts";
import { parseModelConfig } from "../../models/architectures/registry.ts";
import { SafetensorsFile } from "../../models/testing/safetensors-file.ts";
import type { Backend } from "../../runtime/backend.ts";
import { createModel } from "../load/create-model.ts";
import { observeLayers } from "../measure/layer-views.ts";
import { createBatch, type PreparedSample } from "../pass/batch.ts";
import { embedFrames, encodeFrames } from "../pass/frames.ts";
import { createMasks } from "../pass/masks.ts";
import type { Model } from "../pass/model.ts";
import { embedTokens } from "../pass/tokens.ts";
import { visionOf } from "../pass/towers.ts";
import {
  dot,
  type NaiveLayer,
  naiveDecoderLayer,
  naiveEncoderLayer,
  type Row,
  type Rows,
  rowsOf,
} from "./naive-layers.ts";
import type { OracleFiles } from "./oracle-suite.ts";

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
const cosine = (a: Row, b: Row) => dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));

function blockInfluence(samples: readonly NaiveLayer[]): number {
  return mean(samples.flatMap(({ input, output }) => input.map((row, token) => 1 - cosine(row, output[token] ?? []))));
}

/** Every |W_ij|·‖x_j‖ of a layer, over its mean. */
function relativeEntries(samples: readonly NaiveLayer[]): readonly number[] {
  const entries = (samples[0]?.matrices ?? []).flatMap(({ weight }, matrix) => {
    const inputs = samples.flatMap((sample) => sample.matrices[matrix]?.input ?? []);
    const norms = (weight[0] ?? []).map((_, column) =>
      Math.sqrt(inputs.reduce((sum, x) => sum + (x[column] ?? 0) ** 2, 0)),
    );
    return weight.flatMap((row) => row.map((value, column) => Math.abs(value) * (norms[column] ?? Number.NaN)));
  });
  const average = mean(entries);
  return entries.map((entry) => entry / average);
}

function tampDensity(samples: readonly NaiveLayer[], isVisual: (sample: number, token: number) => boolean): number {
  const within = (rows: Rows) => {
    const cosines = rows.flatMap((row, index) => rows.slice(index + 1).map((other) => cosine(row, other)));
    const positive = cosines.filter((value) => value > 0);
    return positive.length === 0 ? 0 : mean(positive);
  };
  return mean(
    samples.flatMap(({ attentionOutput, mlpOutput }, sample) =>
      [attentionOutput, mlpOutput].map((rows) => {
        const visual = rows.filter((_, token) => isVisual(sample, token));
        const text = rows.filter((_, token) => !isVisual(sample, token));
        const cross = mean(visual.flatMap((row) => text.map((other) => cosine(row, other))));
        return 1 - within(visual) + (1 - within(text)) + (1 - cross);
      }),
    ),
  );
}

/** Declares the suite; call it inside a `describe`. */
export function defineLayerViewsSuite(load: () => Promise<{ files: OracleFiles; backend: Backend }>): void {
  let model: Model;
  let weights: SafetensorsFile;
  let config: Idefics3Config;
  let samples: PreparedSample[];
  /** Per layer what every sample's forward pass has inside it. */
  let text: NaiveLayer[][];
  let vision: NaiveLayer[][];

  const observe = (outlierFactor: number, list = samples): Promise<LayerViews> =>
    observeLayers(model, list, { outlierFactor, signal: undefined, onProgress: undefined });

  /** Embeddings come from the engine, everything inside the layers from the checkpoint's tensors. */
  async function naiveForward(sample: PreparedSample): Promise<{ text: NaiveLayer[]; vision: NaiveLayer[] }> {
    const { backend } = model;
    const batch = createBatch([sample], model.imageTokenId);
    const dense = createMasks(model, null);
    const { frames } = sample;
    const patches = await embedFrames(model, frames);
    const features = (await encodeFrames(model, frames, dense)).rows;
    const embedded = await embedTokens(model, batch, features);
    const through = (count: number, first: Rows, step: (layer: number, input: Rows) => NaiveLayer) => {
      const layers: NaiveLayer[] = [];
      for (let layer = 0; layer < count; layer++) layers.push(step(layer, layers.at(-1)?.output ?? first));
      return layers;
    };
    const { text: decoder, vision: encoder } = config;
    const result = {
      text: through(decoder.layers, rowsOf(await backend.read(embedded), decoder.hiddenSize), (layer, input) =>
        naiveDecoderLayer(weights, `model.text_model.layers.${layer}`, decoder, input),
      ),
      vision: through(encoder.layers, rowsOf(await backend.read(patches), encoder.hiddenSize), (layer, input) =>
        naiveEncoderLayer(weights, `model.vision_model.encoder.layers.${layer}`, encoder, input),
      ),
    };
    backend.release(patches, features, embedded);
    dense.release();
    return result;
  }

  beforeAll(async () => {
    const { files, backend } = await load();
    const parsed = parseModelConfig(files.config);
    if (parsed.architecture !== "idefics3") throw new Error("The reference model has no vision tower.");
    config = parsed;
    weights = new SafetensorsFile(files.weights, "model.safetensors");
    model = await createModel(backend, config, weights);
    samples = files.expected.samples.slice(0, 2).map((entry) => ({
      prompt: entry.prompt,
      trace: entry.trace,
      pivots: [],
      frames: [visionOf(model).frameOf(Float32Array.from(entry.pixel_values))],
    }));
    const forwards: Awaited<ReturnType<typeof naiveForward>>[] = [];
    for (const sample of samples) forwards.push(await naiveForward(sample));
    text = Array.from({ length: config.text.layers }, (_, layer) => forwards.flatMap((pass) => pass.text[layer] ?? []));
    vision = Array.from({ length: config.vision.layers }, (_, layer) =>
      forwards.flatMap((pass) => pass.vision[layer] ?? []),
    );
  }, 300_000);

  afterAll(() => model?.backend.dispose());

  it("gives what brute force gives for every layer of both towers, and leaves nothing allocated", async () => {
    const uploadedBefore = model.backend.uploadedBytes;
    const { layers, ...about } = await observe(2);
    expect(model.backend.uploadedBytes).toBe(uploadedBefore);
    expect(about).toEqual({ samples: 2, outlierFactor: 2 });
    const names = layers.map(({ tower, layer }) => `${tower} ${layer}`);
    expect(names).toEqual([...text.map((_, layer) => `text ${layer}`), ...vision.map((_, layer) => `vision ${layer}`)]);
    for (const view of layers) {
      const naive = (view.tower === "text" ? text : vision)[view.layer] ?? [];
      expect(naive).toHaveLength(2);
      expect(view.blockInfluence / blockInfluence(naive)).toBeCloseTo(1, 4);
      // Rounding may put an entry at the threshold on either side of it, so the share lies between two shares.
      const relative = relativeEntries(naive);
      const above = (factor: number) => relative.filter((entry) => entry > factor).length / relative.length;
      expect(view.outlierShare).toBeGreaterThanOrEqual(above(2 * (1 + 1e-4)));
      expect(view.outlierShare).toBeLessThanOrEqual(above(2 * (1 - 1e-4)));
      expect(view.outlierShare).toBeGreaterThan(0);
      if (view.tower === "vision") {
        expect(view.tampDensity).toBeNull();
        continue;
      }
      const isVisual = (sample: number, token: number) => samples[sample]?.prompt[token] === model.imageTokenId;
      expect(view.tampDensity).toBeCloseTo(tampDensity(naive, isVisual), 4);
    }
  }, 300_000);

  it("counts fewer outliers at a larger factor", async () => {
    const [low, high] = [await observe(1), await observe(4)].map(({ layers }) =>
      layers.map((view) => view.outlierShare),
    );
    high?.forEach((share, index) => {
      expect(share).toBeLessThan(low?.[index] ?? 0);
    });
  }, 300_000);

  it("has no vision layers and no density without a picture", async () => {
    const withoutPicture = samples.map((sample) => ({
      ...sample,
      prompt: sample.prompt.filter((id) => id !== model.imageTokenId),
      frames: [],
    }));
    const { layers } = await observe(3, withoutPicture);
    expect(layers.map(({ tower, tampDensity: found }) => [tower, found])).toEqual(text.map(() => ["text", null]));
  }, 300_000);

  it("refuses a factor of 0 and an empty list, and leaves nothing behind when it is stopped", async () => {
    await expect(observe(0)).rejects.toMatchObject({ code: "bad-input" });
    await expect(observe(3, [])).rejects.toMatchObject({ code: "bad-input" });
    const uploadedBefore = model.backend.uploadedBytes;
    const controller = new AbortController();
    const stopped = observeLayers(model, samples, {
      outlierFactor: 3,
      signal: controller.signal,
      onProgress: ({ done, total }) => {
        expect([done, total]).toEqual([1, 2]);
        controller.abort();
      },
    });
    await expect(stopped).rejects.toMatchObject({ code: "cancelled" });
    expect(model.backend.uploadedBytes).toBe(uploadedBefore);
  }, 300_000);
}
