/** What of a sliced model goes where in the two files. */
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { modelLayout } from "../../../engine/load/create-model.ts";
import { projectRoot } from "../../../testing/shared.ts";
import { architectureOf } from "../../architectures/registry.ts";
import { openCheckpoint } from "../../checkpoint.ts";
import { createNodeFolder } from "../../node-folder.ts";
import { openSlicedWeights, type SlicedWeights } from "../sliced-weights.ts";
import { ggufFiles } from "./files.ts";
import type { GgufParts } from "./parts.ts";
import { textParts } from "./text-model.ts";
import { visionParts } from "./vision-parts.ts";

const NO_FILES = { preprocessor: null, processor: null, tokenizer: null };

async function open() {
  const checkpoint = await openCheckpoint(await createNodeFolder(join(projectRoot, "public", "models", "scenes")));
  const definition = architectureOf(checkpoint.config).define(checkpoint.config);
  const layout = modelLayout(definition);
  const weightHash = await checkpoint.weights.read({ names: new Set(), onTensor: () => {} });
  /** Keeps as many units of each module as `kept` says. */
  const slice = (kept: (key: string, units: number) => number): Promise<SlicedWeights> => {
    const keep = new Uint8Array(layout.unitCount);
    layout.modules.forEach(({ key, unitCount }, index) => {
      const first = layout.offsets[index] ?? 0;
      keep.fill(1, first, first + kept(key, unitCount));
    });
    return openSlicedWeights({ ...checkpoint, weightHash, layout, pruning: { keep, meanInputs: null } }, "F32");
  };
  return { checkpoint, slice };
}

const shapes = ({ tensors }: GgufParts) => Object.fromEntries(tensors.map(({ name, shape }) => [name, shape]));
const keys = ({ entries }: GgufParts) => new Map(entries.map(([key, { value }]) => [key, value]));

describe("the text model", () => {
  it("has the widths of each layer, and no head where it is the embedding", async () => {
    const { slice } = await open();
    const { definition, config } = await slice((key, units) =>
      key === "text.1.mlp" ? 7 : key === "text.2.attn" ? 3 : units,
    );
    const parts = textParts(definition, config.text, "name", "F16");
    expect(shapes(parts)).toMatchObject({
      "token_embd.weight": [640, 128],
      "blk.0.ffn_down.weight": [128, 384],
      "blk.1.ffn_down.weight": [128, 7],
      "blk.1.ffn_gate.weight": [7, 128],
      "blk.2.attn_q.weight": [96, 128],
      "blk.2.attn_k.weight": [48, 128],
      "blk.2.attn_output.weight": [128, 96],
    });
    expect(parts.tensors.filter(({ name }) => !/^blk/.test(name)).map(({ name }) => name)).toEqual([
      "token_embd.weight",
      "output_norm.weight",
    ]);
    expect(keys(parts).get("deci.feed_forward_length")).toEqual([384, 7, ...Array(10).fill(384)]);
    expect(keys(parts).get("deci.attention.head_count")).toEqual([8, 8, 6, ...Array(9).fill(8)]);
    expect(keys(parts).get("deci.attention.head_count_kv")).toEqual([4, 4, 3, ...Array(9).fill(4)]);
    const single = parts.tensors.filter(({ format }) => format === "F32").map(({ name }) => name.replace(/\d+/, "N"));
    expect([...new Set(single)]).toEqual(["output_norm.weight", "blk.N.attn_norm.weight", "blk.N.ffn_norm.weight"]);
    expect(keys(parts).get("general.file_type")).toBe(1);
  });

  it("has a head of its own where the checkpoint has one", async () => {
    const { checkpoint } = await open();
    const { define, withOwnHead } = architectureOf(checkpoint.config);
    const config = withOwnHead(checkpoint.config);
    expect(shapes(textParts(define(config), config.text, "name", "F32"))["output.weight"]).toEqual([640, 128]);
  });
});

describe("the vision tower", () => {
  it("keeps all heads, and one neuron more than llama.cpp would take for swapped matrices", async () => {
    const { slice } = await open();
    const kept: Record<string, number> = { "vision.0.attn": 1, "vision.1.mlp": 96, "vision.2.mlp": 95 };
    const { definition, config } = await slice((key, units) => kept[key] ?? units);
    const parts = visionParts(definition, config, NO_FILES, "name", "BF16") as GgufParts;
    expect(shapes(parts)).toMatchObject({
      "v.blk.0.attn_q.weight": [96, 96],
      "v.blk.0.attn_v.bias": [96],
      "v.blk.0.attn_out.weight": [96, 96],
      "v.blk.1.ffn_up.weight": [97, 96],
      "v.blk.1.ffn_up.bias": [97],
      "v.blk.1.ffn_down.weight": [96, 97],
      "v.blk.1.ffn_down.bias": [96],
      "v.blk.2.ffn_up.weight": [95, 96],
      "v.patch_embd.weight": [96, 3, 8, 8],
      "mm.model.fc.weight": [128, 1536],
    });
    const padded = parts.tensors.find(({ name }) => name === "v.blk.0.attn_out.weight");
    const numbers = padded?.arrange?.(new Float32Array(96 * 24).fill(1)) ?? new Float32Array();
    expect(Array.from(numbers.subarray(0, 96))).toEqual([...Array(24).fill(1), ...Array(72).fill(0)]);
    expect(keys(parts).get("clip.vision.attention.head_count")).toBe(4);
  });

  it("says what of it llama.cpp shows otherwise", async () => {
    const { checkpoint, slice } = await open();
    const noted = async (kept: number, files: object) => {
      const { definition, config } = await slice((key, units) => (key === "vision.3.attn" ? kept : units));
      return visionParts(definition, config, { ...NO_FILES, ...files }, "name", "F32")?.notes;
    };
    const { tokenizer } = checkpoint;
    expect(await noted(4, {})).toEqual([]);
    expect(await noted(3, {})).toEqual([expect.stringContaining("as zeros")]);
    expect(await noted(4, { preprocessor: '{"do_image_splitting": false}' })).toEqual([
      expect.stringContaining("whole"),
    ]);
    expect(await noted(4, { tokenizer })).toEqual([expect.stringContaining("two line breaks")]);
    expect(await noted(4, { tokenizer: { tokenId: () => 1 } })).toEqual([]);
  });

  it("is told how pictures are rescaled", async () => {
    const { slice } = await open();
    const { definition, config } = await slice((_, units) => units);
    const told = (preprocessor: object | null) => {
      const files = { preprocessor: preprocessor && JSON.stringify(preprocessor), processor: null, tokenizer: null };
      const found = keys(visionParts(definition, config, files, "name", "F32") as GgufParts);
      return ["image_mean", "image_std", "preproc_image_size"].map((key) => found.get(`clip.vision.${key}`));
    };
    expect(told(null)).toEqual([[0.5, 0.5, 0.5], [0.5, 0.5, 0.5], 96]);
    expect(told({ size: { longest_edge: 192 }, image_mean: [0.1, 0.2, 0.3], image_std: 0.4 })).toEqual([
      [0.1, 0.2, 0.3],
      [0.4, 0.4, 0.4],
      192,
    ]);
    // x · 2/255 − 1 is (x / 255 − 0.5) / 0.5.
    expect(told({ rescale_factor: 2 / 255, image_mean: 1, image_std: 1 })).toEqual([
      [0.5, 0.5, 0.5],
      [0.5, 0.5, 0.5],
      384,
    ]);
  });
});

describe("the files", () => {
  const OPTIONS = { name: "name", format: "F32" } as const;

  it("are as long as they said, and made anew at every call", async () => {
    const { checkpoint, slice } = await open();
    const { model, vision } = await ggufFiles(checkpoint, await slice((_, units) => Math.ceil(units / 3)), OPTIONS);
    const files = [model, ...(vision ? [vision] : [])];
    expect(files.map(({ path }) => path)).toEqual(["model.gguf", "mmproj.gguf"]);
    for (const file of files) {
      const lengths = async () => {
        let length = 0;
        for await (const piece of file.stream()) length += piece.length;
        return length;
      };
      expect([await lengths(), await lengths()]).toEqual([file.bytes, file.bytes]);
    }
  });

  it("stop where they are told to", async () => {
    const { checkpoint, slice } = await open();
    const { model } = await ggufFiles(checkpoint, await slice((_, units) => units), OPTIONS);
    const controller = new AbortController();
    const read = async () => {
      for await (const _ of model.stream(controller.signal)) controller.abort();
    };
    await expect(read()).rejects.toMatchObject({ code: "cancelled" });
  });

  it("are refused in half precision where a number is too large for it", async () => {
    const { checkpoint, slice } = await open();
    const sliced = await slice((_, units) => units);
    const large: SlicedWeights = {
      ...sliced,
      read: ({ onTensor, ...rest }) =>
        sliced.read({
          ...rest,
          onTensor: (tensor, data) =>
            onTensor(tensor, new Uint8Array(new Float32Array(data.length / 4).fill(70_000).buffer)),
        }),
    };
    const read = async (format: "F16" | "BF16") => {
      const { model } = await ggufFiles(checkpoint, large, { name: "name", format });
      for await (const _ of model.stream());
    };
    await expect(read("F16")).rejects.toMatchObject({ code: "unsupported", message: expect.stringContaining("65504") });
    await expect(read("BF16")).resolves.toBeUndefined();
  });
});
