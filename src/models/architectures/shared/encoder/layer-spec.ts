/** One layer of a vision tower as data: its tensors and what of them is scored. */
import type { LayerShape, LayerSpec, LayerWidths, ScoredWeight, UnitLines, WeightSlot } from "../../definition.ts";
import type { VisionConfig } from "./config.ts";

/** Sizes of a layer. */
export type EncoderSizes = Pick<VisionConfig, "hiddenSize" | "heads" | "intermediateSize">;

/** How files name the tensors of a tower's layers, and which there are. */
export interface EncoderLayers {
  /** In front of the names of one layer's tensors. */
  stem(layer: number): string;
  readonly attentionNorm: string;
  readonly output: string;
  readonly mlpNorm: string;
  /** Whether the four matrices of attention have biases. */
  readonly attentionBiases: boolean;
  /** Name of a layer's graph where it is not the tower's usual one, see `LayerShape`. */
  graphOf?(layer: number): string | undefined;
  /** Tensors of a layer beside those. `attention_gate` and `mlp_gate` [1] are factors of what the two modules add. */
  further?(layer: number): readonly WeightSlot[];
}

/** SigLIP's layers below `prefix`. */
export function plainLayers(prefix: string): EncoderLayers {
  return {
    stem: (layer) => `${prefix}.encoder.layers.${layer}`,
    attentionNorm: "layer_norm1",
    output: "self_attn.out_proj",
    mlpNorm: "layer_norm2",
    attentionBiases: true,
  };
}

/** Every head owns as many columns, whether all heads are there or not. */
export function headSizeOf({ hiddenSize, heads }: Pick<VisionConfig, "hiddenSize" | "heads">): number {
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
export function layerWeights(
  sizes: EncoderSizes,
  layers: EncoderLayers,
  layer: number,
  widths: LayerWidths,
): WeightSlot[] {
  const { hiddenSize: width } = sizes;
  const { mlpUnits: inner } = widths;
  const headSize = headSizeOf(sizes);
  const columns = widths.attentionUnits * headSize;
  const heads = { kind: "attn", groupSize: headSize } as const;
  const neurons = { kind: "mlp", groupSize: 1 } as const;
  const stem = layers.stem(layer);
  const attention = (input: string, name: string, shape: readonly number[], axis: UnitLines["axis"]) =>
    pair(input, `${stem}.${name}`, shape, { ...heads, axis }).slice(0, layers.attentionBiases ? 2 : 1);
  return [
    ...pair("attention_norm", `${stem}.${layers.attentionNorm}`, [width]),
    ...attention("query", "self_attn.q_proj", [columns, width], "rows"),
    ...attention("key", "self_attn.k_proj", [columns, width], "rows"),
    ...attention("value", "self_attn.v_proj", [columns, width], "rows"),
    ...attention("output", layers.output, [width, columns], "columns"),
    ...pair("mlp_norm", `${stem}.${layers.mlpNorm}`, [width]),
    ...pair("fc1", `${stem}.mlp.fc1`, [inner, width], { ...neurons, axis: "rows" }),
    ...pair("fc2", `${stem}.mlp.fc2`, [width, inner], { ...neurons, axis: "columns" }),
    ...(layers.further?.(layer) ?? []),
  ];
}

/** Whether what the MLP adds is something else than what its last projection gives. */
export function gatesMlp(weights: readonly WeightSlot[]): boolean {
  return weights.some(({ input }) => input === "mlp_gate");
}

/** One layer with as many units as `widths` says. */
export function layerSpec(sizes: EncoderSizes, layers: EncoderLayers, layer: number, widths: LayerWidths): LayerSpec {
  const { hiddenSize: width } = sizes;
  const { attentionUnits, mlpUnits: inner } = widths;
  const headSize = headSizeOf(sizes);
  const columns = attentionUnits * headSize;
  const graph = layers.graphOf?.(layer);
  const weights = layerWeights(sizes, layers, layer, widths);
  const attentionWeight = {
    kind: "attn" as const,
    attributed: true,
    outputs: columns,
    inputs: width,
    groupSize: headSize,
  };
  const shape: LayerShape = { attentionUnits, ...(graph === undefined ? {} : { graph }) };
  const scored: readonly ScoredWeight[] = [
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
      gradientTap: gatesMlp(weights) ? "fc2_gradient" : null,
    },
  ];
  return { shape, attentionColumns: columns, mlpColumns: inner, weights, scored };
}
