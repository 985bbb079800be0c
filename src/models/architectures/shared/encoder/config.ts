/**
 * The part of config.json that describes a SigLIP vision tower. Missing keys take transformers' own defaults, since its
 * writer leaves out what equals them.
 */
import * as v from "valibot";
import { integer, object, oneOf, positive } from "../../../../core/json/schemas.ts";
import type { Bounds } from "../../architecture.ts";
import type { LayerWidths } from "../../definition.ts";
import { contradiction, LARGEST } from "../config-fields.ts";
import { layerWidths, perLayer } from "../layer-widths.ts";

/** A vision tower of encoder layers: LayerNorm, attention without order, MLP of two matrices. */
export interface VisionConfig {
  readonly hiddenSize: number;
  readonly intermediateSize: number;
  readonly layers: number;
  readonly heads: number;
  readonly channels: number;
  /** Side of a frame in pixels. */
  readonly imageSize: number;
  readonly patchSize: number;
  readonly normEpsilon: number;
  readonly activation: "gelu_pytorch_tanh" | "gelu";
  /** Units of each layer where layers differ, see layer-widths.ts. */
  readonly widths?: readonly LayerWidths[];
}

function isSide(found: unknown): boolean {
  return Number.isInteger(found) && (found as number) >= 1 && (found as number) <= LARGEST.side;
}

/** A side in pixels, written as a number or as a list of two equal ones. */
export const squareSide = v.pipe(
  v.custom<number | readonly [number, number]>(
    (found) =>
      isSide(found) || (Array.isArray(found) && found.length === 2 && found[0] === found[1] && isSide(found[0])),
    `a whole number from 1 to ${LARGEST.side}, or a list of two equal ones,`,
  ),
  v.transform((side) => (typeof side === "number" ? side : side[0])),
);

/** A tower's fields; `defaults` are what the checkpoint's class takes where files say nothing. */
export function visionSchema(defaults: {
  readonly hiddenSize: number;
  readonly intermediateSize: number;
  readonly layers: number;
  readonly heads: number;
  readonly imageSize: number;
  readonly patchSize: number;
}) {
  return object({
    hidden_act: v.nullish(oneOf(["gelu_pytorch_tanh"]), "gelu_pytorch_tanh"),
    hidden_size: v.nullish(integer(1, LARGEST.width), defaults.hiddenSize),
    intermediate_size: v.nullish(integer(1, LARGEST.mlpWidth), defaults.intermediateSize),
    num_hidden_layers: v.nullish(integer(1, LARGEST.layers), defaults.layers),
    num_attention_heads: v.nullish(integer(1, LARGEST.width), defaults.heads),
    num_channels: v.nullish(oneOf([3]), 3),
    image_size: v.nullish(squareSide, defaults.imageSize),
    patch_size: v.nullish(squareSide, defaults.patchSize),
    layer_norm_eps: v.nullish(positive, 1e-6),
    per_layer_config: perLayer(["num_attention_heads"]),
  });
}

/** @throws PivotscopeError `bad-checkpoint` for fields that contradict each other. */
export function visionOf(fields: v.InferOutput<ReturnType<typeof visionSchema>>): VisionConfig {
  const vision: VisionConfig = {
    hiddenSize: fields.hidden_size,
    intermediateSize: fields.intermediate_size,
    layers: fields.num_hidden_layers,
    heads: fields.num_attention_heads,
    channels: fields.num_channels,
    imageSize: fields.image_size,
    patchSize: fields.patch_size,
    normEpsilon: fields.layer_norm_eps,
    activation: fields.hidden_act,
    ...layerWidths(
      fields.per_layer_config,
      {
        layers: fields.num_hidden_layers,
        attentionUnits: fields.num_attention_heads,
        mlpUnits: fields.intermediate_size,
      },
      { num_attention_heads: 1 },
    ),
  };
  checkSides(vision);
  return vision;
}

/** @throws PivotscopeError `bad-checkpoint` for a width that its heads do not divide, or a side that patches do not. */
export function checkSides(vision: Pick<VisionConfig, "hiddenSize" | "heads" | "imageSize" | "patchSize">): void {
  if (vision.hiddenSize % vision.heads !== 0) {
    throw contradiction(
      `vision_config.hidden_size ${vision.hiddenSize} is not a multiple of its ${vision.heads} attention heads`,
    );
  }
  if (vision.imageSize % vision.patchSize !== 0) {
    throw contradiction(
      `vision_config.image_size ${vision.imageSize} is not a multiple of patch_size ${vision.patchSize}`,
    );
  }
}

/** The vision tower within `bounds`, see `Architecture.smaller`. */
export function smallerVision(dense: VisionConfig, { layers, vision = {} }: Bounds): VisionConfig {
  const { widths: _, ...config } = dense;
  const heads = Math.min(vision.heads ?? Number.POSITIVE_INFINITY, config.heads);
  const hiddenSize = (config.hiddenSize / config.heads) * heads;
  const side = Math.min(vision.side ?? Number.POSITIVE_INFINITY, config.imageSize / config.patchSize);
  return {
    ...config,
    layers: Math.min(layers, config.layers),
    heads,
    hiddenSize,
    intermediateSize: heads < config.heads ? hiddenSize : config.intermediateSize,
    imageSize: side * config.patchSize,
  };
}
