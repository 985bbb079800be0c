/** One layer of the decoder as data: its tensors and what of them is scored. */
import type { LayerSpec, LayerWidths, UnitLines, WeightSlot } from "../../definition.ts";
import type { DecoderConfig } from "./config.ts";

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
  return [
    { input: "attention_norm", tensor: `${stem}.input_layernorm.weight`, shape: [width] },
    { input: "query", tensor: `${stem}.self_attn.q_proj.weight`, shape: [queries, width], units: groups(perUnit) },
    { input: "key", tensor: `${stem}.self_attn.k_proj.weight`, shape: [keys, width], units: groups(headSize) },
    { input: "value", tensor: `${stem}.self_attn.v_proj.weight`, shape: [keys, width], units: groups(headSize) },
    {
      input: "output",
      tensor: `${stem}.self_attn.o_proj.weight`,
      shape: [width, queries],
      units: groups(perUnit, "columns"),
    },
    ...bias("output", "self_attn.o_proj"),
    { input: "mlp_norm", tensor: `${stem}.post_attention_layernorm.weight`, shape: [width] },
    { input: "gate", tensor: `${stem}.mlp.gate_proj.weight`, shape: [inner, width], units: neurons() },
    { input: "up", tensor: `${stem}.mlp.up_proj.weight`, shape: [inner, width], units: neurons() },
    { input: "down", tensor: `${stem}.mlp.down_proj.weight`, shape: [width, inner], units: neurons("columns") },
    ...bias("down", "mlp.down_proj"),
  ];
}

/** One layer with as many units as `widths` says. */
export function layerSpec(config: DecoderConfig, names: DecoderNames, layer: number, widths: LayerWidths): LayerSpec {
  const { hiddenSize: width, headSize } = config;
  const { attentionUnits, mlpUnits: inner } = widths;
  const repeat = headsPerUnit(config);
  const queries = attentionUnits * repeat * headSize;
  return {
    shape: { attentionUnits },
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
        gradientTap: null,
      },
    ],
  };
}
