/** One layer of the decoder as data: its tensors and what of them is scored. */
import type { LayerSpec, LayerWidths, UnitLines, WeightSlot } from "../../definition.ts";
import type { DecoderConfig } from "./config.ts";
import { normSlot } from "./norms.ts";

/** Prefix of tensor names and the name of the head's tensor, which differ between checkpoints. */
export interface DecoderNames {
  /** For example "model" or "model.text_model". */
  readonly prefix: string;
  readonly head: string;
}

/** Query heads that share one key/value head: a unit of attention. */
export function headsPerUnit({ heads, keyValueHeads }: DecoderConfig): number {
  return heads / keyValueHeads;
}

/** Names of what layers are fed where some look back a window only. */
export const LAYER_KINDS = { sliding: "sliding", global: "global" } as const;

/** What a layer is fed, by name; undefined where all layers are fed the same. */
export function feedsOf({ sliding }: DecoderConfig, layer: number): string | undefined {
  return sliding && (sliding.layers[layer] ? LAYER_KINDS.sliding : LAYER_KINDS.global);
}

/** What products of queries and keys are multiplied by. */
export function scoreScale({ attentionScale, headSize }: DecoderConfig): number {
  return attentionScale ?? headSize ** -0.5;
}

/** Tensors of one layer with as many units as given. */
export function layerWeights(
  config: DecoderConfig,
  names: DecoderNames,
  layer: number,
  { attentionUnits, mlpUnits: inner }: LayerWidths,
): WeightSlot[] {
  const { hiddenSize: width, headSize } = config;
  const queries = attentionUnits * headsPerUnit(config) * headSize;
  const keys = attentionUnits * headSize;
  const stem = `${names.prefix}.layers.${layer}`;
  const groups = (size: number, axis: UnitLines["axis"] = "rows"): UnitLines => ({
    kind: "attn",
    axis,
    groupSize: size,
  });
  const neurons = (axis: UnitLines["axis"] = "rows"): UnitLines => ({ kind: "mlp", axis, groupSize: 1 });
  const perUnit = headsPerUnit(config) * headSize;
  const bias = (input: string, name: string): WeightSlot[] =>
    config.projectionBias ? [{ input: `${input}_bias`, tensor: `${stem}.${name}.bias`, shape: [width] }] : [];
  const norm = (input: string, name: string, length = width) =>
    normSlot(config, input, `${stem}.${name}.weight`, length);
  const projection = (input: string, name: string, rows: number, groupSize: number): WeightSlot[] => {
    const units = groups(groupSize);
    const matrix = { input, tensor: `${stem}.self_attn.${name}.weight`, shape: [rows, width], units };
    if (!config.inputBias) return [matrix];
    return [matrix, { input: `${input}_bias`, tensor: `${stem}.self_attn.${name}.bias`, shape: [rows], units }];
  };
  const { headNorms, outputNorms } = config;
  return [
    norm("attention_norm", "input_layernorm"),
    ...projection("query", "q_proj", queries, perUnit),
    ...projection("key", "k_proj", keys, headSize),
    ...projection("value", "v_proj", keys, headSize),
    ...(headNorms ? [norm("query_norm", "self_attn.q_norm", headSize)] : []),
    ...(headNorms ? [norm("key_norm", "self_attn.k_norm", headSize)] : []),
    {
      input: "output",
      tensor: `${stem}.self_attn.o_proj.weight`,
      shape: [width, queries],
      units: groups(perUnit, "columns"),
    },
    ...bias("output", "self_attn.o_proj"),
    ...(outputNorms ? [norm("attention_output_norm", "post_attention_layernorm")] : []),
    norm("mlp_norm", outputNorms ? "pre_feedforward_layernorm" : "post_attention_layernorm"),
    { input: "gate", tensor: `${stem}.mlp.gate_proj.weight`, shape: [inner, width], units: neurons() },
    { input: "up", tensor: `${stem}.mlp.up_proj.weight`, shape: [inner, width], units: neurons() },
    { input: "down", tensor: `${stem}.mlp.down_proj.weight`, shape: [width, inner], units: neurons("columns") },
    ...bias("down", "mlp.down_proj"),
    ...(outputNorms ? [norm("mlp_output_norm", "post_feedforward_layernorm")] : []),
  ];
}

/** One layer with as many units as `widths` says. */
export function layerSpec(config: DecoderConfig, names: DecoderNames, layer: number, widths: LayerWidths): LayerSpec {
  const { hiddenSize: width, headSize } = config;
  const { attentionUnits, mlpUnits: inner } = widths;
  const repeat = headsPerUnit(config);
  const queries = attentionUnits * repeat * headSize;
  const feeds = feedsOf(config, layer);
  return {
    shape: { attentionUnits },
    ...(feeds !== undefined && { feeds }),
    attentionColumns: queries,
    mlpColumns: inner,
    weights: layerWeights(config, names, layer, widths),
    scored: [
      {
        slot: "query",
        kind: "attn",
        attributed: true,
        outputs: queries,
        inputs: width,
        axis: "rows",
        groupSize: repeat * headSize,
        inputTap: "attention_input",
        gradientTap: "query_gradient",
      },
      ...(["key", "value"] as const).map((slot) => ({
        slot,
        kind: "attn" as const,
        attributed: false,
        outputs: attentionUnits * headSize,
        inputs: width,
        axis: "rows" as const,
        groupSize: headSize,
        inputTap: "attention_input",
        gradientTap: `${slot}_gradient`,
      })),
      {
        slot: "output",
        kind: "attn",
        attributed: true,
        outputs: width,
        inputs: queries,
        axis: "columns",
        groupSize: repeat * headSize,
        inputTap: "attention_context",
        gradientTap: "output_gradient",
      },
      ...(["gate", "up"] as const).map((slot) => ({
        slot,
        kind: "mlp" as const,
        attributed: true,
        outputs: inner,
        inputs: width,
        axis: "rows" as const,
        groupSize: 1,
        inputTap: "mlp_input",
        gradientTap: `${slot}_gradient`,
      })),
      {
        slot: "down",
        kind: "mlp",
        attributed: true,
        outputs: width,
        inputs: inner,
        axis: "columns",
        groupSize: 1,
        inputTap: "mlp_activation",
        gradientTap: config.outputNorms ? "down_gradient" : null,
      },
    ],
  };
}
