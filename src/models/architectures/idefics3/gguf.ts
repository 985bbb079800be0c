/**
 * The vision tower and its connector as llama.cpp reads them: architecture "clip", projector "idefics3" (llama.cpp,
 * tools/mtmd/models/siglip.cpp). There all blocks have the same heads, so a removed head stays as zeros: its queries, keys
 * and values are zero, and so is what it adds. Widths of the MLPs may differ.
 */

import { type Arrange, zerosBehind, zerosBehindRows } from "../../export/gguf/arrange.ts";
import { FILE_TYPES } from "../../export/gguf/layout.ts";
import { type GgufParts, type Place, plannedTensor } from "../../export/gguf/parts.ts";
import { bool, float32, float32s, type GgufEntry, string, uint32 } from "../../export/gguf/values.ts";
import type { NumberFormat } from "../../export/number-format.ts";
import type { Tokenizer } from "../../tokenizer.ts";
import type { ProcessorFiles } from "../architecture.ts";
import type { LayerSpec, ModelDefinition, VisionDefinition, WeightSlot } from "../definition.ts";
import type { Idefics3Config } from "./config.ts";
import { findProcessorConfig, type ProcessorConfig } from "./processor-config.ts";

const OUTER: Readonly<Record<string, Place>> = {
  patch: { name: "v.patch_embd.weight", single: true },
  patch_bias: { name: "v.patch_embd.bias", single: true },
  positions: { name: "v.position_embd.weight", single: true },
  post_norm: { name: "v.post_ln.weight", single: true },
  post_norm_bias: { name: "v.post_ln.bias", single: true },
  projection: { name: "mm.model.fc.weight" },
};

const LAYER: Readonly<Record<string, Place>> = {
  attention_norm: { name: "ln1.weight", single: true },
  attention_norm_bias: { name: "ln1.bias", single: true },
  query: { name: "attn_q.weight" },
  query_bias: { name: "attn_q.bias", single: true },
  key: { name: "attn_k.weight" },
  key_bias: { name: "attn_k.bias", single: true },
  value: { name: "attn_v.weight" },
  value_bias: { name: "attn_v.bias", single: true },
  output: { name: "attn_out.weight" },
  output_bias: { name: "attn_out.bias", single: true },
  mlp_norm: { name: "ln2.weight", single: true },
  mlp_norm_bias: { name: "ln2.bias", single: true },
  fc1: { name: "ffn_up.weight" },
  fc1_bias: { name: "ffn_up.bias", single: true },
  fc2: { name: "ffn_down.weight" },
  fc2_bias: { name: "ffn_down.bias", single: true },
};

/** Two line breaks, as byte-level tokenizers write them: llama.cpp puts them before a picture, as one token. */
const EMPTY_LINE = "ĊĊ";

/** What says how pictures reach the tower. */
export interface VisionFiles extends ProcessorFiles {
  readonly tokenizer: Pick<Tokenizer, "tokenId"> | null;
}

/** What a picture is rescaled by in llama.cpp, which has no key for it. */
const RESCALE = 1 / 255;

/**
 * @param config of the sliced model, whose heads are the dense tower's.
 * @returns null for a model without a vision tower.
 * @throws PivotscopeError `unsupported` for a tensor that llama.cpp has no place for; what reading the settings throws.
 */
export function visionParts(
  { vision }: Pick<ModelDefinition, "vision">,
  config: Idefics3Config,
  files: VisionFiles,
  name: string,
  format: NumberFormat,
): GgufParts | null {
  if (!vision) return null;
  const outer = [...vision.embeddingWeights, ...vision.connectorWeights].map((slot) => {
    const { preparation } = slot;
    return plannedTensor(
      slot,
      OUTER,
      "",
      format,
      preparation && { shape: slot.shape, arrange: (all) => preparation.apply(all) },
    );
  });
  const layers = vision.layers.flatMap((layer, index) =>
    layer.weights.map((slot) =>
      plannedTensor(slot, LAYER, `v.blk.${index}.`, format, paddedAs(slot, layer, vision.width)),
    ),
  );
  const settings = findProcessorConfig(files.preprocessor, files.processor, config.vision.imageSize);
  const notes = notesOn(vision, config, settings, files.tokenizer);
  return { entries: entries(config, settings, name, format), tensors: [...outer, ...layers], notes };
}

/** In which way llama.cpp shows another model than ours. */
function notesOn(
  { layers }: VisionDefinition,
  { vision }: Idefics3Config,
  settings: ProcessorConfig | null,
  tokenizer: VisionFiles["tokenizer"],
): string[] {
  const headless = layers.some(({ shape }) => shape.attentionUnits < vision.heads);
  const single = settings?.splits === false;
  const lacking = tokenizer !== null && tokenizer.tokenId(EMPTY_LINE) === null;
  return [
    ...(headless
      ? ["llama.cpp wants the same heads in all blocks of the vision tower: removed ones are there, as zeros."]
      : []),
    ...(single
      ? [
          "llama.cpp shows a model of this kind every picture in pieces and whole; this one was made for whole ones alone.",
        ]
      : []),
    ...(lacking
      ? [
          "llama.cpp writes two line breaks as one token before a picture, which this model's vocabulary lacks: its programs break off at a picture. Text works.",
        ]
      : []),
  ];
}

interface Arranged {
  readonly shape: readonly number[];
  readonly arrange: Arrange;
}

/**
 * The tensor with zeros in place of what llama.cpp cannot do without. It takes up and down projection for swapped where
 * the inner width is the tower's own, as old files had them: one more neuron, of zeros, keeps them apart.
 */
function paddedAs({ units, shape }: WeightSlot, layer: LayerSpec, width: number): Arranged | undefined {
  if (!units) return undefined;
  const wanted = units.kind === "attn" ? width : layer.mlpColumns + (layer.mlpColumns === width ? 1 : 0);
  const [rows = 0, columns = 1] = shape;
  if (units.axis === "rows") {
    if (rows === wanted) return undefined;
    return { shape: [wanted, ...shape.slice(1)], arrange: zerosBehind(wanted * columns) };
  }
  return columns === wanted ? undefined : { shape: [rows, wanted], arrange: zerosBehindRows(columns, wanted) };
}

function entries(
  { vision, text, scaleFactor }: Idefics3Config,
  settings: ProcessorConfig | null,
  name: string,
  format: NumberFormat,
): GgufEntry[] {
  // (rescaled - mean) / deviation, with the factor that is always taken.
  const factor = (settings?.rescaleFactor ?? RESCALE) / RESCALE;
  const scaled = (values: readonly number[]) => values.map((value) => value / factor);
  return [
    ["general.architecture", string("clip")],
    ["general.type", string("mmproj")],
    ["general.name", string(name)],
    ["general.file_type", uint32(FILE_TYPES[format])],
    ["clip.has_vision_encoder", bool(true)],
    ["clip.projector_type", string("idefics3")],
    ["clip.use_gelu", bool(true)],
    ["clip.vision.image_size", uint32(vision.imageSize)],
    ["clip.vision.patch_size", uint32(vision.patchSize)],
    ["clip.vision.embedding_length", uint32(vision.hiddenSize)],
    ["clip.vision.feed_forward_length", uint32(vision.intermediateSize)],
    ["clip.vision.block_count", uint32(vision.layers)],
    ["clip.vision.projection_dim", uint32(text.hiddenSize)],
    ["clip.vision.attention.head_count", uint32(vision.heads)],
    ["clip.vision.attention.layer_norm_epsilon", float32(vision.normEpsilon)],
    ["clip.vision.projector.scale_factor", uint32(scaleFactor)],
    ["clip.vision.preproc_image_size", uint32(settings?.longestEdge ?? vision.imageSize)],
    ["clip.vision.image_mean", float32s(scaled(settings?.mean ?? [0.5, 0.5, 0.5]))],
    ["clip.vision.image_std", float32s(scaled(settings?.deviation ?? [0.5, 0.5, 0.5]))],
  ];
}
