import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { PivotscopeError } from "../../core/errors.ts";
import { weightSlots } from "../../models/architectures/weight-slots.ts";
import { type Checkpoint, openCheckpoint } from "../../models/checkpoint.ts";
import { createNodeFolder } from "../../models/node-folder.ts";
import { openWeights } from "../../models/open-weights.ts";
import { SafetensorsFile } from "../../models/testing/safetensors-file.ts";
import { countingTensor, folderOf, writeSafetensors, writeShards } from "../../models/testing/write-safetensors.ts";
import type { StoredTensor, Weights } from "../../models/weights.ts";
import type { Backend, TensorData } from "../../runtime/backend.ts";
import { createNodeBackend } from "../../runtime/cpu/node.ts";
import { projectRoot } from "../../testing/shared.ts";
import { createModel, defineModel, defineModelWithin } from "./create-model.ts";
import { checkWeights, largestTensorBytes, weightBytes } from "./weight-upload.ts";

const FOLDER = join(projectRoot, "public/models/scenes");
const EMBEDDING = "model.text_model.embed_tokens.weight";

let checkpoint: Checkpoint;
const backends: Backend[] = [];

/** A cpu backend that notes what is uploaded and may stop taking it. */
function recordingBackend(change: Partial<Backend> = {}, before: (count: number) => void = () => undefined) {
  const backend = createNodeBackend();
  backends.push(backend);
  const uploads: { data: TensorData; dims: readonly number[] }[] = [];
  const upload: Backend["upload"] = (data, dims) => {
    before(uploads.length);
    uploads.push({ data, dims });
    return backend.upload(data, dims);
  };
  return {
    uploads,
    backend: {
      ...backend,
      upload,
      ...change,
      get uploadedBytes() {
        return backend.uploadedBytes;
      },
    } as Backend,
  };
}

const load = (
  backend: Backend,
  options: Parameters<typeof createModel>[3] = {},
  weights: Weights = checkpoint.weights,
) => createModel(backend, checkpoint.config, weights, options);

beforeAll(async () => {
  checkpoint = await openCheckpoint(createNodeFolder(FOLDER));
});

afterAll(async () => {
  for (const backend of backends) await backend.dispose();
});

describe("weights on a backend", () => {
  it("are there once each, tied ones too, with the file's hash", async () => {
    const { backend, uploads } = recordingBackend();
    const model = await load(backend);
    expect(uploads).toHaveLength(checkpoint.weights.tensors.size);
    const parameters = [...checkpoint.weights.tensors.values()].reduce((sum, { size }) => sum + size, 0);
    expect(backend.uploadedBytes).toBe(4 * parameters);
    expect(weightBytes(model.definition, "float32")).toBe(4 * parameters);
    expect(model.layout.totalParameters).toBe(parameters);
    expect(model.outerFeeds.head).toBe(model.outerFeeds.embedding);
    expect(model).toMatchObject({ precision: "float32", weightHash: expect.stringMatching(/^[0-9a-f]{64}$/) });
  });

  it("hold matrices in float16 and vectors in float32 where that is asked for", async () => {
    const single = await load(recordingBackend().backend);
    const { backend, uploads } = recordingBackend();
    const half = await load(backend, { precision: "float16" });
    expect(half.precision).toBe("float16");
    for (const { data, dims } of uploads) expect(data instanceof Uint16Array).toBe(dims.length > 1);
    expect(backend.uploadedBytes).toBe(weightBytes(half.definition, "float16"));
    expect(largestTensorBytes(half.definition, "float16")).toBe(largestTensorBytes(half.definition, "float32") / 2);
    const layer = [half.layerFeeds("text", 0), single.layerFeeds("text", 0)] as const;
    for (const [input, tensor] of Object.entries(layer[0])) {
      const exact = layer[1][input];
      expect(tensor.type).toBe(tensor.dims.length > 1 ? "float16" : "float32");
      const values = await backend.read(tensor);
      const expected = exact ? await single.backend.read(exact) : [];
      expect(values).toHaveLength(expected.length);
      // Half of float16's spacing, or of that of its subnormals.
      const off = values.filter((value, at) => {
        const wanted = expected[at] ?? Number.NaN;
        return !(Math.abs(value - wanted) <= Math.max(Math.abs(wanted) * 2 ** -11, 2 ** -25));
      });
      expect(off).toHaveLength(0);
    }
  });

  it("hold the vocabulary's table in parts where the device's buffers are small", async () => {
    const whole = await load(recordingBackend().backend);
    for (const precision of ["float32", "float16"] as const) {
      const bytes = 640 * 128 * 4;
      const { backend, uploads } = recordingBackend({ limits: { largestBuffer: bytes / 3, float16: true } });
      const model = await load(backend, { precision });
      const slots = model.definition.text.embeddingWeights;
      const stretches = [
        [0, 160],
        [160, 320],
        [320, 480],
        [480, 640],
      ];
      expect(slots.map(({ rows }) => rows)).toEqual(stretches);
      // Head and embedding are tied: their parts are the same ones.
      expect(uploads).toHaveLength(checkpoint.weights.tensors.size + slots.length - 1);
      const table = await whole.backend.read(whole.outerFeeds.embedding as never);
      for (const { input, rows: [begin, end] = [0, 0] } of slots) {
        const part = model.outerFeeds[input];
        if (!part) throw new Error(`There is no ${input}.`);
        expect(part.dims).toEqual([end - begin, 128]);
        const values = await backend.read(part);
        const expected = table.slice(begin * 128, end * 128);
        if (precision === "float32") expect(values).toEqual(expected);
        else expect(Math.max(...values.map((value, at) => Math.abs(value - (expected[at] ?? 9))))).toBeLessThan(1e-3);
      }
    }
  });

  it("are the same from several files as from one", async () => {
    const file = new SafetensorsFile(new Uint8Array(await readFile(join(FOLDER, "model.safetensors"))));
    const tensors = [...file.tensors.values()].map((info) => ({ ...info, bytes: file.bytesOf(info.name) }));
    const shards = writeShards([tensors.slice(0, 9), tensors.slice(9, 10), tensors.slice(10)]);
    const { backend, uploads } = recordingBackend();
    const model = await load(backend, {}, await openWeights(folderOf(shards)));
    const whole = recordingBackend();
    const expected = await load(whole.backend);
    const sorted = (list: typeof uploads) => list.map(({ data }) => Buffer.from(data.buffer).toString("latin1")).sort();
    expect(sorted(uploads)).toEqual(sorted(whole.uploads));
    expect(model.weightHash).toMatch(/^[0-9a-f]{64}$/);
    expect(model.weightHash).not.toBe(expected.weightHash);
  });

  it("never lie in memory twice: each stored tensor is forgotten before the next one comes", async () => {
    const buffers = new Set<ArrayBufferLike>();
    const weights: Weights = {
      ...checkpoint.weights,
      read: (options) =>
        checkpoint.weights.read({
          ...options,
          onTensor: async (tensor: StoredTensor) => {
            buffers.add(tensor.bytes.buffer);
            await options.onTensor(tensor);
            // What was uploaded must not lean on it.
            tensor.bytes.fill(255);
          },
        }),
    };
    const model = await load(recordingBackend().backend, {}, weights);
    const untouched = await load(recordingBackend().backend);
    for (const [input, tensor] of Object.entries(untouched.layerFeeds("vision", 1))) {
      const other = model.layerFeeds("vision", 1)[input];
      expect(other && (await model.backend.read(other))).toEqual(await untouched.backend.read(tensor));
    }
    expect(buffers.size).toBeLessThan(checkpoint.weights.tensors.size / 2);
  });
});

describe("weights that cannot be loaded", () => {
  it("leave nothing behind and name the tensor", async () => {
    const full = recordingBackend({}, (count) => {
      if (count === 5) throw new RangeError("Array buffer allocation failed");
    });
    await expect(load(full.backend)).rejects.toMatchObject({
      code: "out-of-memory",
      message: expect.stringMatching(/^Tensor "model\..*" of \d+ bytes could not be .*allocation failed/),
    });
    expect([full.uploads.length, full.backend.uploadedBytes]).toEqual([5, 0]);

    const lost = recordingBackend({}, (count) => {
      if (count === 3) throw new PivotscopeError("device-lost", "The GPU went away.", "Reload.");
    });
    await expect(load(lost.backend)).rejects.toMatchObject({
      code: "device-lost",
      message: expect.stringMatching(/^Tensor "model\..*": The GPU went away\.$/),
      hint: "Reload.",
    });
    expect(lost.backend.uploadedBytes).toBe(0);
  });

  it("leave nothing behind when they are cancelled in the middle", async () => {
    const controller = new AbortController();
    const { backend, uploads } = recordingBackend({}, (count) => count === 20 && controller.abort());
    await expect(load(backend, { signal: controller.signal })).rejects.toMatchObject({ code: "cancelled" });
    expect([uploads.length, backend.uploadedBytes]).toEqual([21, 0]);
  });

  it("are refused before the first upload when one is missing or has another shape or dtype", async () => {
    const refuse = async (dtype: "F32" | "I32", shape: readonly number[], name = EMBEDDING) => {
      const { backend, uploads } = recordingBackend();
      const weights = new SafetensorsFile(writeSafetensors([countingTensor(name, dtype, shape)]));
      const error = await load(backend, {}, weights).catch((reason: unknown) => reason);
      expect(uploads).toHaveLength(0);
      return error;
    };
    expect(await refuse("F32", [640, 127])).toMatchObject({ message: expect.stringContaining("[640, 127]") });
    expect(await refuse("I32", [640, 128])).toMatchObject({ code: "unsupported" });
    expect(await refuse("F32", [1], "x")).toMatchObject({
      code: "bad-checkpoint",
      message: expect.stringContaining(EMBEDDING),
    });
    expect(() => checkWeights(defineModel(checkpoint.config), checkpoint.weights)).not.toThrow();
  });

  it("let messages in while a large tensor is converted", async () => {
    const text = {
      ...{ vocabularySize: 60_000, hiddenSize: 256, intermediateSize: 4, layers: 1, heads: 1, keyValueHeads: 1 },
      ...{ headSize: 256, normEpsilon: 1e-5, ropeTheta: 1e4, maximumPositions: 8, tieWordEmbeddings: true },
    };
    const config = { architecture: "llama" as const, tieWordEmbeddings: true, text };
    const slots = new Map(weightSlots(defineModel(config)).map((slot) => [slot.tensor, slot]));
    const weights = new SafetensorsFile(
      writeSafetensors(
        [...slots.values()].map(({ tensor, shape }) => {
          const counting = countingTensor(tensor, "F16", shape);
          return { ...counting, bytes: counting.bytes.map((byte) => byte & 0x3f) };
        }),
      ),
    );
    const controller = new AbortController();
    const { backend } = recordingBackend();
    // The whole file is there already, so only the conversion can let the timer in.
    const given: Weights = {
      tensors: weights.tensors,
      files: weights.files,
      dtypes: weights.dtypes,
      order: () => weights.order(),
      has: (name) => weights.has(name),
      expectTensor: (name, shape) => weights.expectTensor(name, shape),
      withNames: () => given,
      async read({ onTensor }) {
        const table = weights.expectTensor("model.embed_tokens.weight", [60_000, 256]);
        setTimeout(() => controller.abort(), 0);
        for (let round = 0; round < 20; round++) await onTensor({ ...table, bytes: weights.bytesOf(table.name) });
        return "";
      },
    };
    const loading = createModel(backend, config, given, { signal: controller.signal });
    await expect(loading).rejects.toMatchObject({ code: "cancelled" });
    expect(backend.uploadedBytes).toBe(0);
  });
});

it("cuts tables by what a device allows", () => {
  const parts = (largestBuffer: number) =>
    defineModelWithin(checkpoint.config, largestBuffer).text.embeddingWeights.length;
  expect([Number.POSITIVE_INFINITY, 640 * 128 * 4, 640 * 128 * 4 - 1, 1000 * 128].map(parts)).toEqual([1, 1, 2, 3]);
});
