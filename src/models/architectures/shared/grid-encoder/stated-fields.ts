/** What config.json says of a grid encoder, under the names that all models with one have for it. */
import * as v from "valibot";
import { integer, object, oneOf, positive } from "../../../../core/json/schemas.ts";
import { LARGEST } from "../config-fields.ts";
import { layerWidths, perLayer } from "../layer-widths.ts";

/** In the code of all these towers, and in no file. */
const EPSILON = 1e-6;
const THETA = 10_000;

/** Patches to a side of the pictures that plans reckon with: 256 image tokens, what a picture takes where nobody chooses. */
const USUAL_SIDE = 32;

/** The fields, with what an architecture takes where the depth or the side of a patch is missing. */
export function gridFields(missing: { readonly depth: number; readonly patch: number }) {
  return {
    depth: v.nullish(integer(1, LARGEST.layers), missing.depth),
    num_heads: v.nullish(integer(1, LARGEST.width), 16),
    in_channels: v.nullish(oneOf([3]), 3),
    patch_size: v.nullish(integer(1, LARGEST.side), missing.patch),
    spatial_merge_size: v.nullish(integer(1, LARGEST.side), 2),
    temporal_patch_size: v.nullish(integer(1, LARGEST.side), 2),
    rope_parameters: v.nullish(object({ rope_theta: v.nullish(positive), rope_type: v.nullish(oneOf(["axial"])) }), {}),
    per_layer_config: perLayer(["num_heads"]),
  };
}

type GridFields = v.InferOutput<v.ObjectSchema<ReturnType<typeof gridFields>, undefined>>;

/**
 * The part of a `GridEncoderConfig` that these fields say. @param intermediateSize width of the dense model's MLP.
 *
 * @throws PivotscopeError `bad-checkpoint` for widths of layers that contradict the fields.
 */
export function statedGrid(fields: GridFields, intermediateSize: number) {
  const { depth: layers, num_heads: heads, spatial_merge_size: mergeSize } = fields;
  return {
    intermediateSize,
    layers,
    heads,
    channels: fields.in_channels,
    patchSize: fields.patch_size,
    times: fields.temporal_patch_size,
    mergeSize,
    normEpsilon: EPSILON,
    theta: fields.rope_parameters.rope_theta ?? THETA,
    side: Math.ceil(USUAL_SIDE / mergeSize) * mergeSize,
    ...layerWidths(
      fields.per_layer_config,
      { layers, attentionUnits: heads, mlpUnits: intermediateSize },
      { num_heads: 1 },
    ),
  };
}
