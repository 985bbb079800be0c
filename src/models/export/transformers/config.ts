/**
 * config.json of a sliced model: the original's with the units of each layer. transformers states them in
 * `per_layer_config`, only where they differ from the whole model's; where all layers are alike its own classes take the
 * model, and the numbers stand in their usual fields.
 */
import type { JsonObject } from "../../../core/json/schemas.ts";
import type { LayerWidths, TowerDefinition } from "../../architectures/definition.ts";
import { SLICED_VERSION } from "../../architectures/registry.ts";
import type { ExportSource } from "../contract.ts";
import type { NumberFormat } from "../number-format.ts";
import type { SlicedWeights } from "../sliced-weights.ts";
import type { OwnModeling } from "./own-modeling.ts";

export const MODELING = "modeling_pivotscope";

const DTYPES: Readonly<Record<NumberFormat, string>> = { F32: "float32", F16: "float16", BF16: "bfloat16" };

const widthsOf = ({ layers }: TowerDefinition): LayerWidths[] =>
  layers.map(({ shape, mlpColumns }) => ({ attentionUnits: shape.attentionUnits, mlpUnits: mlpColumns }));

/** The widths of all layers where they are alike. */
function commonWidths(tower: TowerDefinition): LayerWidths | null {
  const [first, ...others] = widthsOf(tower);
  const alike = others.every(
    (other) => other.attentionUnits === first?.attentionUnits && other.mlpUnits === first.mlpUnits,
  );
  return alike ? (first ?? null) : null;
}

/**
 * Whether transformers' own classes build the model: all layers of a tower alike, no biases that they do not know, as many
 * heads as divide the width, and all heads of the vision tower, which has no field for the size of one.
 */
export function isPlain({ config, definition }: Pick<SlicedWeights, "config" | "definition">): boolean {
  const { text } = config;
  const common = commonWidths(definition.text);
  if (!common || text.projectionBias || text.hiddenSize % queryHeads(config, common) !== 0) return false;
  if (!definition.vision || !("vision" in config)) return true;
  return commonWidths(definition.vision)?.attentionUnits === config.vision.heads;
}

function queryHeads({ text }: SlicedWeights["config"], { attentionUnits }: LayerWidths): number {
  return (text.heads / text.keyValueHeads) * attentionUnits;
}

/** @param original text of the original's config.json, which has been read. @param plain see `isPlain`. */
export function slicedConfig(
  original: string,
  { checkpoint, weightHash, plan }: Pick<ExportSource, "checkpoint" | "weightHash" | "plan">,
  sliced: SlicedWeights,
  { baseClass, className, autoClass }: OwnModeling,
  plain: boolean,
  precision: NumberFormat | "stored",
): string {
  const { auto_map: _, ...found } = JSON.parse(original) as JsonObject;
  const { config } = sliced;
  // Older files call it by another name.
  const dtype = precision === "stored" ? {} : { dtype: DTYPES[precision], torch_dtype: undefined };
  const text = textFields(sliced, plain);
  const vision = visionFields(sliced, plain);
  const before = found.pivotscope === undefined ? {} : { from: found.pivotscope };
  return `${JSON.stringify(
    {
      ...found,
      ...dtype,
      architectures: [plain ? baseClass : className],
      ...(plain ? {} : { auto_map: { [autoClass]: `${MODELING}.${className}` } }),
      tie_word_embeddings: config.tieWordEmbeddings,
      ...(vision === null
        ? text
        : {
            text_config: {
              ...partOf(found, "text_config"),
              ...dtype,
              ...text,
              tie_word_embeddings: config.tieWordEmbeddings,
            },
            vision_config: { ...partOf(found, "vision_config"), ...dtype, ...vision },
          }),
      pivotscope: {
        version: SLICED_VERSION,
        model: checkpoint.name,
        weightHash,
        method: plan.method,
        ratio: plan.ratio,
        ...before,
      },
    },
    null,
    2,
  )}\n`;
}

/** What it says already, but for what is stated anew. */
function partOf(found: JsonObject, field: string): JsonObject {
  const { per_layer_config: _, ...part } = (found[field] ?? {}) as JsonObject;
  return part;
}

function textFields({ config, definition }: SlicedWeights, plain: boolean): JsonObject {
  const { text } = config;
  const common = plain ? commonWidths(definition.text) : null;
  return {
    intermediate_size: common?.mlpUnits ?? text.intermediateSize,
    num_attention_heads: common ? queryHeads(config, common) : text.heads,
    num_key_value_heads: common?.attentionUnits ?? text.keyValueHeads,
    head_dim: text.headSize,
    // What is taken where the field is missing depends on whether the whole text_config is.
    rms_norm_eps: text.normEpsilon,
    ...(text.projectionBias ? { projection_bias: true } : {}),
    per_layer_config: plain
      ? undefined
      : differences(definition.text, text.intermediateSize, text.keyValueHeads, "num_key_value_heads"),
  };
}

function visionFields({ config, definition }: SlicedWeights, plain: boolean): JsonObject | null {
  if (!definition.vision || !("vision" in config)) return null;
  const { vision } = config;
  return {
    intermediate_size: (plain && commonWidths(definition.vision)?.mlpUnits) || vision.intermediateSize,
    num_attention_heads: vision.heads,
    per_layer_config: plain
      ? undefined
      : differences(definition.vision, vision.intermediateSize, vision.heads, "num_attention_heads"),
  };
}

/** Of layers that are not as the whole model's; none are no field, for transformers takes an empty one amiss. */
function differences(tower: TowerDefinition, neurons: number, units: number, heads: string): JsonObject | undefined {
  const differing = widthsOf(tower).flatMap(({ attentionUnits, mlpUnits }, layer) => {
    const own = {
      ...(mlpUnits === neurons ? {} : { intermediate_size: mlpUnits }),
      ...(attentionUnits === units ? {} : { [heads]: attentionUnits }),
    };
    return Object.keys(own).length === 0 ? [] : [[String(layer), own] as const];
  });
  return differing.length === 0 ? undefined : Object.fromEntries(differing);
}
