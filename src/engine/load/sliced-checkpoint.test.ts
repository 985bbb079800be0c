/** A checkpoint without the removed lines, opened like any other, is the masked model: layers that differ, both towers, biases. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createRandom } from "../../core/random.ts";
import { openCheckpoint } from "../../models/checkpoint.ts";
import type { NumberFormat } from "../../models/export/number-format.ts";
import { openSlicedWeights } from "../../models/export/sliced-weights.ts";
import { decodePicture } from "../../models/image/decode-node.ts";
import { createNodeFolder } from "../../models/node-folder.ts";
import type { CheckpointFolder } from "../../models/source.ts";
import { folderOf, type WrittenTensor, writeSafetensors } from "../../models/testing/write-safetensors.ts";
import { createNodeBackend } from "../../runtime/cpu/node.ts";
import { projectRoot } from "../../testing/shared.ts";
import { generateBatch } from "../generate/generate.ts";
import { createEvaluationSet } from "../measure/evaluation-set.ts";
import { createBatch, type PreparedSample } from "../pass/batch.ts";
import { createPruningMasks } from "../pass/compensation.ts";
import { traceLogits } from "../pass/last-states.ts";
import type { MaskSet } from "../pass/masks.ts";
import { openSession, type Session } from "../session.ts";
import { projectionColumns } from "../testing/columns.ts";
import { COPIED } from "../testing/tiny-checkpoint.ts";
import { nodeDevice } from "./node-device.ts";

const SOURCE = join(projectRoot, "public", "models", "scenes");
const TRACE = [275, 317, 41, 12, 77, 300, 8];
const WAYS = ["whole", "fused", "layers"] as const;

const open = (folder: CheckpointFolder) =>
  openSession({ device: nodeDevice, decodePicture, createBackend: async () => createNodeBackend() }, folder, {
    backend: "cpu",
    precision: "float32",
  });

describe("a sliced checkpoint", { timeout: 60_000 }, () => {
  let dense: Session;
  let sample: PreparedSample;
  beforeAll(async () => {
    dense = await open(await createNodeFolder(SOURCE));
    const [input] = await createEvaluationSet(dense).prepare([0]);
    if (!input) throw new Error("The bundled model has samples.");
    sample = { ...input, trace: TRACE, pivots: [] };
  }, 60_000);
  afterAll(() => dense?.dispose());

  /** At least one unit of each module, more of some than of others. */
  const unevenKeep = () => {
    const random = createRandom(5);
    const { layout } = dense.model;
    const keep = new Uint8Array(layout.unitCount);
    layout.modules.forEach(({ unitCount }, index) => {
      const first = layout.offsets[index] ?? 0;
      const share = 0.25 + 0.6 * random.next();
      for (let unit = 0; unit < unitCount; unit++) keep[first + unit] = Number(random.next() < share);
      keep[first + (index % unitCount)] = 1;
    });
    return keep;
  };

  const sliced = async (
    keep: Uint8Array,
    meanInputs: Float32Array | null,
    format: NumberFormat | "stored",
    weightHash = dense.model.weightHash,
  ) => {
    const { config, weights } = await openCheckpoint(dense.checkpoint.folder);
    const pruning = { keep, meanInputs };
    const source = { config, weights, weightHash, layout: dense.model.layout, pruning };
    const left = await openSlicedWeights(source, format);
    const tensors: WrittenTensor[] = [];
    await left.read({
      onTensor: ({ name, shape, format: dtype, bytes }, data) => {
        expect(data.length).toBe(bytes);
        tensors.push({ name, dtype, shape, bytes: data.slice() });
      },
    });
    expect(tensors.map(({ name }) => name)).toEqual(left.tensors.map(({ name }) => name));
    const json = JSON.parse(readFileSync(join(SOURCE, "config.json"), "utf8"));
    const { text, vision } = left.definition;
    const repeat = json.text_config.num_attention_heads / json.text_config.num_key_value_heads;
    json.text_config.per_layer_config = Object.fromEntries(
      text.layers.map(({ shape: { attentionUnits }, mlpColumns }, layer) => [
        layer,
        {
          intermediate_size: mlpColumns,
          num_key_value_heads: attentionUnits,
          num_attention_heads: attentionUnits * repeat,
        },
      ]),
    );
    json.text_config.projection_bias = meanInputs !== null;
    json.vision_config.per_layer_config = Object.fromEntries(
      vision?.layers.map(({ shape: { attentionUnits }, mlpColumns }, layer) => [
        layer,
        { intermediate_size: mlpColumns, num_attention_heads: attentionUnits },
      ]) ?? [],
    );
    const copied = COPIED.map((name) => [name, readFileSync(join(SOURCE, name), "utf8")] as const);
    return folderOf(
      new Map<string, Uint8Array<ArrayBuffer> | string>([
        ...copied,
        ["config.json", JSON.stringify(json)],
        ["model.safetensors", writeSafetensors(tensors)],
      ]),
    );
  };

  const logits = async ({ model }: Session, masks: MaskSet) => {
    const tensor = await traceLogits(model, createBatch([sample], model.imageTokenId), masks);
    const numbers = await model.backend.read(tensor);
    model.backend.release(tensor);
    return numbers;
  };
  const largest = (a: Float32Array, b: Float32Array) =>
    a.reduce((most, value, index) => Math.max(most, Math.abs(value - (b[index] ?? Number.NaN))), 0);
  const write = async ({ model }: Session, masks: MaskSet) => {
    const traces: number[][] = [];
    for (const way of WAYS) {
      const samples = [{ input: sample, prefix: [], maximumTokens: 24 }];
      const [generation] = await generateBatch(model, { samples, masks, stopIds: [], signal: undefined, way });
      traces.push([...(generation?.ids ?? [])]);
    }
    return traces;
  };

  it.each([false, true])("computes what the masked model does, compensated: %s", async (compensated) => {
    const keep = unevenKeep();
    const length = projectionColumns(dense.model.definition);
    const meanInputs = compensated ? Float32Array.from({ length }, (_, column) => Math.sin(column) / 20) : null;
    const masks = await createPruningMasks(dense.model, { keep, meanInputs });
    const session = await open(await sliced(keep, meanInputs, "F32"));
    expect(session.model.layout.unitCount).toBe(keep.reduce((sum, kept) => sum + kept, 0));
    const wanted = await logits(dense, masks);
    expect(largest(wanted, await logits(session, session.denseMasks))).toBeLessThan(1e-4);
    expect(largest(wanted, await logits(dense, dense.denseMasks))).toBeGreaterThan(0.1);
    const [first, ...others] = await write(dense, masks);
    expect(await write(session, session.denseMasks)).toEqual([first, first, first]);
    expect(others).toEqual([first, first]);
    masks.release();
    await session.dispose();
  });

  it("keeps every number as it is stored, and rounds only where another format cannot hold it", async () => {
    const keep = unevenKeep();
    const logitsIn = async (format: NumberFormat | "stored") => {
      const session = await open(await sliced(keep, null, format));
      const numbers = await logits(session, session.denseMasks);
      await session.dispose();
      return numbers;
    };
    // The bundled model's own format is bfloat16.
    const exact = await logitsIn("F32");
    expect(await logitsIn("stored")).toEqual(exact);
    expect(await logitsIn("BF16")).toEqual(exact);
    expect(largest(exact, await logitsIn("F16"))).toBeLessThan(1e-3);
  });

  it("is refused where a module keeps nothing, and for another model's plan", async () => {
    const keep = unevenKeep();
    const { layout } = dense.model;
    keep.fill(0, layout.offsets[3], layout.offsets[4]);
    await expect(sliced(keep, null, "stored")).rejects.toMatchObject({
      code: "bad-input",
      message: expect.stringContaining(`${layout.modules[3]?.key} keeps none of its`),
    });
    await expect(sliced(keep.subarray(1), null, "stored")).rejects.toMatchObject({ code: "bad-input" });
    await expect(sliced(unevenKeep(), null, "stored", "0".repeat(64))).rejects.toThrow("have changed since");
    const other = new Float32Array(3);
    await expect(sliced(unevenKeep(), other, "stored")).rejects.toThrow("The mean inputs have 3 entries");
    const huge = new Float32Array(projectionColumns(dense.model.definition)).fill(1e7);
    await expect(sliced(unevenKeep(), huge, "F16")).rejects.toMatchObject({
      code: "unsupported",
      message: expect.stringMatching(/bias" holds -?[\d.e+]+ at \[\d+\], beyond the largest number of half precision/),
    });
  });
});
