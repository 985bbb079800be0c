/** One layer of the vision tower as data: its tensors and what of them is scored. */
import type { LayerSpec, LayerWidths, UnitLines, WeightSlot } from "../definition.ts";
import type { VisionConfig } from "./config.ts";

/** Of the tower's tensors. */
export const PREFIX = "model.vision_model";

/** Every head owns as many columns, whether all heads are there or not. */
export function headSizeOf({ hiddenSize, heads }: VisionConfig): number {
  return hiddenSize / heads;
}

/** Weight and bias of a linear layer or a norm, with the lines that units own: of rows, the bias has them too. */
export function pair(input: string, stem: string, shape: readonly number[], units?: UnitLines): WeightSlot[] {
  const owned = units && { units };
  return [
    { input, tensor: `${stem}.weight`, shape, ...owned },
    { input: `${input}_bias`, tensor: `${stem}.bias`, shape: shape.slice(0, 1), ...(units?.axis === "rows" && owned) },
  ];
}

/** Tensors of one layer with as many units as given. */
export function layerWeights(config: VisionConfig, layer: number, widths: LayerWidths): WeightSlot[] {
  const { hiddenSize: width } = config;
  const { mlpUnits: inner } = widths;
  const headSize = headSizeOf(config);
  const columns = widths.attentionUnits * headSize;
  const heads = { kind: "attn", groupSize: headSize } as const;
  const neurons = { kind: "mlp", groupSize: 1 } as const;
  const stem = `${PREFIX}.encoder.layers.${layer}`;
  return [
    ...pair("attention_norm", `${stem}.layer_norm1`, [width]),
    ...pair("query", `${stem}.self_attn.q_proj`, [columns, width], { ...heads, axis: "rows" }),
    ...pair("key", `${stem}.self_attn.k_proj`, [columns, width], { ...heads, axis: "rows" }),
    ...pair("value", `${stem}.self_attn.v_proj`, [columns, width], { ...heads, axis: "rows" }),
    ...pair("output", `${stem}.self_attn.out_proj`, [width, columns], { ...heads, axis: "columns" }),
    ...pair("mlp_norm", `${stem}.layer_norm2`, [width]),
    ...pair("fc1", `${stem}.mlp.fc1`, [inner, width], { ...neurons, axis: "rows" }),
    ...pair("fc2", `${stem}.mlp.fc2`, [width, inner], { ...neurons, axis: "columns" }),
  ];
}

/** One layer with as many units as `widths` says. */
export function layerSpec(config: VisionConfig, layer: number, widths: LayerWidths): LayerSpec {
  const { hiddenSize: width } = config;
  const { attentionUnits, mlpUnits: inner } = widths;
  const headSize = headSizeOf(config);
  const columns = attentionUnits * headSize;
  const attentionWeight = {
    kind: "attn" as const,
    attributed: true,
    outputs: columns,
    inputs: width,
    groupSize: headSize,
  };
  return {
    shape: { attentionUnits },
    attentionColumns: columns,
    mlpColumns: inner,
    weights: layerWeights(config, layer, widths),
    scored: [
      {
        ...attentionWeight,
        slot: "query",
        axis: "rows",
        inputTap: "attention_input",
        gradientTap: "query_gradient",
      },
      ...(["key", "value"] as const).map((slot) => ({
        ...attentionWeight,
        slot,
        attributed: false,
        axis: "rows" as const,
        inputTap: "attention_input",
        gradientTap: `${slot}_gradient`,
      })),
      {
        ...attentionWeight,
        slot: "output",
        outputs: width,
        inputs: columns,
        axis: "columns",
        inputTap: "attention_context",
        gradientTap: "output_gradient",
      },
      {
        slot: "fc1",
        kind: "mlp",
        attributed: true,
        outputs: inner,
        inputs: width,
        axis: "rows",
        groupSize: 1,
        inputTap: "mlp_input",
        gradientTap: "fc1_gradient",
      },
      {
        slot: "fc2",
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
