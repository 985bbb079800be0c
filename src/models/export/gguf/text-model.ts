/**
 * The text model as llama.cpp's architecture "deci": of those that compute this decoder it is the one that reads heads and
 * widths layer by layer (llama.cpp, src/models/deci.cpp), and it takes biases behind the two last projections.
 */
import { PivotscopeError } from "../../../core/errors.ts";
import type { ModelDefinition, WeightSlot } from "../../architectures/definition.ts";
import type { DecoderConfig } from "../../architectures/shared/decoder/config.ts";
import type { NumberFormat } from "../number-format.ts";
import { pairRows } from "./arrange.ts";
import { FILE_TYPES } from "./layout.ts";
import { type GgufParts, type Place, type PlannedTensor, plannedTensor } from "./parts.ts";
import { float32, type GgufEntry, int32s, string, uint32 } from "./values.ts";

const ARCHITECTURE = "deci";

const OUTER: Readonly<Record<string, Place>> = {
  embedding: { name: "token_embd.weight" },
  norm: { name: "output_norm.weight", single: true },
  head: { name: "output.weight" },
};

const LAYER: Readonly<Record<string, Place>> = {
  attention_norm: { name: "attn_norm.weight", single: true },
  query: { name: "attn_q.weight" },
  key: { name: "attn_k.weight" },
  value: { name: "attn_v.weight" },
  output: { name: "attn_output.weight" },
  output_bias: { name: "attn_output.bias", single: true },
  mlp_norm: { name: "ffn_norm.weight", single: true },
  gate: { name: "ffn_gate.weight" },
  up: { name: "ffn_up.weight" },
  down: { name: "ffn_down.weight" },
  down_bias: { name: "ffn_down.bias", single: true },
};

/** Projections whose rows are turned by position. */
const TURNED = ["query", "key"];

/** What the file's architecture does not compute, and what it is called. */
const NOT_COMPUTED: Partial<Readonly<Record<keyof DecoderConfig, string>>> = {
  ropeScaling: "scaled rotary positions",
  ropeSections: "rotary positions of several axes",
  sliding: "layers that look back a window only",
  activation: "a gate by GELU",
  attentionScale: "scores scaled by another number than the size of a head",
  embeddingScale: "scaled embeddings",
  embeddingRows: "an embedding with more rows than the head",
};

/** @throws PivotscopeError `unsupported` for a decoder that differs from Llama's in more than its tensors. */
function requireComputed(config: DecoderConfig): void {
  const found = Object.entries(NOT_COMPUTED).flatMap(([field, words]) =>
    config[field as keyof DecoderConfig] === undefined ? [] : [words],
  );
  if (found.length === 0) return;
  throw new PivotscopeError(
    "unsupported",
    `This model has ${found.join(", ")}; GGUF files are written in llama.cpp's architecture "${ARCHITECTURE}", which has none of it.`,
    "Export the transformers folder instead.",
  );
}

/**
 * @param config of the decoder; its widths are the dense model's, those of the layers are in `definition`.
 * @param format of matrices.
 * @throws PivotscopeError `unsupported` for a tensor that llama.cpp has no place for.
 */
export function textParts(
  { text }: Pick<ModelDefinition, "text">,
  config: DecoderConfig,
  name: string,
  format: NumberFormat,
): GgufParts {
  requireComputed(config);
  const outer = [...text.embeddingWeights, ...text.headWeights].map((slot) => plannedTensor(slot, OUTER, "", format));
  const layers = text.layers.flatMap(({ weights }, layer) =>
    weights.map((slot) => plannedTensor(slot, LAYER, `blk.${layer}.`, format, arrangedAs(slot, text.headSize))),
  );
  return {
    entries: textEntries({ text }, config, name, format),
    // A head that shares the embedding's matrix is left out: llama.cpp takes the embedding where there is none.
    tensors: [...outer, ...layers].filter(
      ({ source }, index, all) => all.findIndex((first) => first.source === source) === index,
    ),
  };
}

function arrangedAs({ input, shape }: WeightSlot, headSize: number): Pick<PlannedTensor, "arrange"> {
  return TURNED.includes(input) ? { arrange: pairRows(headSize, shape[1] ?? 1) } : {};
}

function textEntries(
  { text }: Pick<ModelDefinition, "text">,
  config: DecoderConfig,
  name: string,
  format: NumberFormat,
): GgufEntry[] {
  const { layers, headSize } = text;
  const own = (key: string) => `${ARCHITECTURE}.${key}`;
  return [
    ["general.architecture", string(ARCHITECTURE)],
    ["general.type", string("model")],
    ["general.name", string(name)],
    ["general.file_type", uint32(FILE_TYPES[format])],
    [own("vocab_size"), uint32(text.vocabularySize)],
    [own("context_length"), uint32(text.maximumTokens)],
    [own("embedding_length"), uint32(text.width)],
    [own("block_count"), uint32(layers.length)],
    [own("feed_forward_length"), int32s(layers.map(({ mlpColumns }) => mlpColumns))],
    [own("attention.head_count"), int32s(layers.map(({ attentionColumns }) => attentionColumns / headSize))],
    [own("attention.head_count_kv"), int32s(layers.map(({ shape }) => shape.attentionUnits))],
    [own("attention.key_length"), uint32(headSize)],
    [own("attention.value_length"), uint32(headSize)],
    [own("attention.layer_norm_rms_epsilon"), float32(config.normEpsilon)],
    [own("rope.dimension_count"), uint32(headSize)],
    [own("rope.freq_base"), float32(config.ropeTheta)],
  ];
}
