/** One layer of the tower as data: its tensors and what of them is scored. */
import type { LayerSpec, LayerWidths, ScoredWeight, UnitLines, WeightSlot } from "../../definition.ts";
import { pair } from "../encoder/layer-spec.ts";
import { type GridEncoderConfig, headSizeOf } from "./config.ts";

/** How files name the tower's tensors. */
export interface GridEncoderNames {
  /** For example "visual". */
  readonly prefix: string;
  /** Of the MLP's matrices, by graph input. */
  readonly mlp: Readonly<Record<string, string>>;
}

export type GridSizes = Pick<GridEncoderConfig, "hiddenSize" | "heads" | "mlp" | "norm">;

/** Of the MLP's matrices, the first of its neurons' rows, the last of their columns. */
export function mlpInputs(mlp: GridEncoderConfig["mlp"]): {
  readonly rows: readonly MlpRows[];
  readonly last: MlpLast;
} {
  return mlp === "gated" ? { rows: ["gate", "up"], last: "down" } : { rows: ["fc1"], last: "fc2" };
}

type MlpRows = "gate" | "up" | "fc1";
type MlpLast = "down" | "fc2";

/** A norm's weight, and its bias where it has one. */
export function normSlots({ norm }: Pick<GridEncoderConfig, "norm">, input: string, stem: string, width: number) {
  return pair(input, stem, [width]).slice(0, norm === "layer" ? 2 : 1);
}

/** Tensors of one layer with as many units as given. Queries, keys and values are rows of one tensor. */
export function layerWeights(
  sizes: GridSizes,
  { prefix, mlp }: GridEncoderNames,
  layer: number,
  { attentionUnits, mlpUnits: inner }: LayerWidths,
): WeightSlot[] {
  const { hiddenSize: width } = sizes;
  const headSize = headSizeOf(sizes);
  const columns = attentionUnits * headSize;
  const heads = { kind: "attn", groupSize: headSize } as const;
  const neurons = (axis: UnitLines["axis"]): UnitLines => ({ kind: "mlp", groupSize: 1, axis });
  const stem = `${prefix}.blocks.${layer}`;
  const fused = (input: string, part: number): WeightSlot[] =>
    pair(input, `${stem}.attn.qkv`, [3 * columns, width], { ...heads, axis: "rows" }).map((slot) => ({
      ...slot,
      rows: [part * columns, (part + 1) * columns] as const,
    }));
  const { rows, last } = mlpInputs(sizes.mlp);
  return [
    ...normSlots(sizes, "attention_norm", `${stem}.norm1`, width),
    ...fused("query", 0),
    ...fused("key", 1),
    ...fused("value", 2),
    ...pair("output", `${stem}.attn.proj`, [width, columns], { ...heads, axis: "columns" }),
    ...normSlots(sizes, "mlp_norm", `${stem}.norm2`, width),
    ...rows.flatMap((input) => pair(input, `${stem}.${mlp[input]}`, [inner, width], neurons("rows"))),
    ...pair(last, `${stem}.${mlp[last]}`, [width, inner], neurons("columns")),
  ];
}

/** One layer with as many units as `widths` says, which is fed what `feeds` names. */
export function layerSpec(
  sizes: GridSizes,
  names: GridEncoderNames,
  layer: number,
  widths: LayerWidths,
  feeds: Pick<LayerSpec, "feeds">,
): LayerSpec {
  const { hiddenSize: width } = sizes;
  const { attentionUnits, mlpUnits: inner } = widths;
  const headSize = headSizeOf(sizes);
  const columns = attentionUnits * headSize;
  const { rows, last } = mlpInputs(sizes.mlp);
  const ofHeads = { kind: "attn", groupSize: headSize } as const;
  const ofNeurons = { kind: "mlp", groupSize: 1, attributed: true } as const;
  const scored: readonly ScoredWeight[] = [
    ...(["query", "key", "value"] as const).map((slot) => ({
      ...ofHeads,
      slot,
      attributed: slot === "query",
      outputs: columns,
      inputs: width,
      axis: "rows" as const,
      inputTap: "attention_input",
      gradientTap: `${slot}_gradient`,
    })),
    {
      ...ofHeads,
      slot: "output",
      attributed: true,
      outputs: width,
      inputs: columns,
      axis: "columns",
      inputTap: "attention_context",
      gradientTap: "output_gradient",
    },
    ...rows.map((slot) => ({
      ...ofNeurons,
      slot,
      outputs: inner,
      inputs: width,
      axis: "rows" as const,
      inputTap: "mlp_input",
      gradientTap: `${slot}_gradient`,
    })),
    {
      ...ofNeurons,
      slot: last,
      outputs: width,
      inputs: inner,
      axis: "columns",
      inputTap: "mlp_activation",
      gradientTap: null,
    },
  ];
  const weights = layerWeights(sizes, names, layer, widths);
  return { shape: { attentionUnits }, ...feeds, attentionColumns: columns, mlpColumns: inner, weights, scored };
}
