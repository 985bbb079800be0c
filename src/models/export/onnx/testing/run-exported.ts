/** Writes an export to the disk and generates with its ONNX files, as other programs do it. Tests only. */
import { mkdir, open } from "node:fs/promises";
import { dirname, join } from "node:path";
import { type Plan, planPruning } from "../../../../core/plan.ts";
import type { Session } from "../../../../engine/session.ts";
import {
  float32,
  int64,
  type OnnxModel,
  type OnnxTensor,
  openOnnxModel,
} from "../../../../runtime/cpu/testing/onnx-models.ts";
import { openCheckpoint } from "../../../checkpoint.ts";
import { createNodeFolder } from "../../../node-folder.ts";
import type { ExportedFile, ExportOptions } from "../../contract.ts";
import { onnxFilesUpTo } from "../onnx-files.ts";
import { LARGEST_FILE } from "../part-file.ts";

/** Writes `files` into `folder`. @throws Error where a file has another length than it said. */
export async function writeExport(folder: string, files: readonly ExportedFile[]): Promise<void> {
  for (const { path, bytes, stream } of files) {
    const target = join(folder, path);
    await mkdir(dirname(target), { recursive: true });
    const file = await open(target, "w");
    try {
      // A piece is written before the next is asked for, which may overwrite it.
      for await (const piece of stream()) await file.writeFile(piece);
      const { size } = await file.stat();
      if (size !== bytes) throw new Error(`${path} has ${size} bytes and said ${bytes}.`);
    } finally {
      await file.close();
    }
  }
}

export interface TestExport {
  readonly precision: ExportOptions["precision"];
  readonly largest?: number;
}

/** Writes what `plan` leaves of the model in the folder `model`, which `session` has open, into the folder `target`. */
export async function exportTo(
  target: string,
  model: string,
  { summary: { layout, weightHash } }: Session,
  plan: Plan,
  { precision, largest = LARGEST_FILE }: TestExport,
): Promise<readonly ExportedFile[]> {
  const checkpoint = await openCheckpoint(createNodeFolder(model));
  const source = { checkpoint, weightHash, layout, plan, pruning: planPruning(plan, layout) };
  const files = await onnxFilesUpTo(largest, source, { precision });
  await writeExport(target, files);
  return files;
}

export interface ExportedPrompt {
  readonly ids: readonly number[];
  /** Normalised pixels of frames one after another, and the shape of one. */
  readonly pixels?: { readonly values: Float32Array; readonly shape: readonly number[] };
}

export interface Exported {
  readonly decoder: OnnxModel;
  /** Null where there is no vision tower. */
  readonly vision: OnnxModel | null;
  /** Logits of the last `keep` tokens of a prompt, of all for 0. */
  logits(prompt: ExportedPrompt, keep: number): Promise<Float32Array>;
  /** Up to `count` ids, the first of `stopIds` included. */
  generate(prompt: ExportedPrompt, count: number, stopIds: readonly number[]): Promise<number[]>;
  release(): Promise<void>;
}

export interface ExportedNames {
  /** As `_fp16`. */
  readonly suffix?: string;
  /** Id of a picture's tokens; of a model without vision tower null, which is one file. */
  readonly imageTokenId: number | null;
}

function argmax(row: Float32Array): number {
  return row.reduce((best, value, index) => (value > (row[best] ?? 0) ? index : best), 0);
}

/** Opens the models in `folder`. */
export async function openExported(folder: string, { suffix = "", imageTokenId }: ExportedNames): Promise<Exported> {
  const openModel = (name: string) => openOnnxModel(join(folder, "onnx", `${name}${suffix}.onnx`));
  const embedding = imageTokenId === null ? null : await openModel("embed_tokens");
  const vision = imageTokenId === null ? null : await openModel("vision_encoder");
  const decoder = await openModel(embedding ? "decoder_model_merged" : "model");

  const tokens = async (ids: readonly number[], pixels?: ExportedPrompt["pixels"]) => {
    if (!embedding) return { input_ids: int64(ids, [1, ids.length]) };
    const { inputs_embeds: embedded } = await embedding.run({ input_ids: int64(ids, [1, ids.length]) });
    if (!embedded) throw new Error("embed_tokens has no inputs_embeds.");
    if (!pixels || !vision) return { inputs_embeds: embedded };
    const [channels = 0, height = 0, width = 0] = pixels.shape;
    const count = pixels.values.length / (channels * height * width);
    const { image_features: features } = await vision.run({
      pixel_values: float32(pixels.values, [1, count, ...pixels.shape]),
      pixel_attention_mask: {
        type: "bool",
        data: new Uint8Array(count * height * width).fill(1),
        dims: [1, count, height, width],
      },
    });
    if (!features) throw new Error("vision_encoder has no image_features.");
    const columns = embedded.dims[2] ?? 0;
    const merged = Float32Array.from(embedded.data as Float32Array);
    let row = 0;
    for (const [place, id] of ids.entries()) {
      if (id !== imageTokenId) continue;
      merged.set((features.data as Float32Array).subarray(row * columns, (row + 1) * columns), place * columns);
      row += 1;
    }
    if (row * columns !== features.data.length) throw new Error("Tokens and features of the picture do not match.");
    return { inputs_embeds: float32(merged, embedded.dims) };
  };
  const emptyCache = () =>
    Object.fromEntries(
      Object.entries(decoder.inputs)
        .filter(([name]) => name.startsWith("past_key_values."))
        .map(([name, shape]) => {
          const dims = shape.map((length) => (length === "batch_size" ? 1 : typeof length === "number" ? length : 0));
          return [name, float32(new Float32Array(0), dims)];
        }),
    );
  const step = async (feeds: Readonly<Record<string, OnnxTensor>>, past: number, count: number, keep: number) =>
    decoder.run({
      ...feeds,
      attention_mask: int64(Array<number>(past + count).fill(1), [1, past + count]),
      position_ids: int64(
        Array.from({ length: count }, (_, index) => past + index),
        [1, count],
      ),
      num_logits_to_keep: int64([keep], []),
    });
  return {
    decoder,
    vision,
    async logits({ ids, pixels }, keep) {
      const { logits } = await step({ ...(await tokens(ids, pixels)), ...emptyCache() }, 0, ids.length, keep);
      return logits?.data as Float32Array;
    },
    async generate({ ids, pixels }, count, stopIds) {
      const written: number[] = [];
      let outputs = await step({ ...(await tokens(ids, pixels)), ...emptyCache() }, 0, ids.length, 1);
      for (;;) {
        const next = argmax(outputs.logits?.data as Float32Array);
        written.push(next);
        if (written.length === count || stopIds.includes(next)) return written;
        const cache = Object.entries(outputs)
          .filter(([name]) => name.startsWith("present."))
          .map(([name, tensor]) => [name.replace("present", "past_key_values"), tensor] as const);
        const past = ids.length + written.length - 1;
        outputs = await step({ ...(await tokens([next])), ...Object.fromEntries(cache) }, past, 1, 1);
      }
    },
    async release() {
      for (const model of [embedding, vision, decoder]) await model?.release();
    },
  };
}
