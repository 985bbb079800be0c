/** The image processor's settings, in preprocessor_config.json or processor_config.json. */
import * as v from "valibot";
import { integer, object } from "../../../core/json/schemas.ts";
import type { PictureBudget } from "../../pictures.ts";
import type { ProcessorFiles } from "../architecture.ts";
import type { Normalisation } from "../shared/pictures/normalise.ts";
import {
  CLIP_DEVIATION,
  CLIP_MEAN,
  commonFields,
  findSettings,
  normalisationOf,
  PILLOW,
} from "../shared/pictures/processor-settings.ts";

/** What config.json says of a picture's way into the model. */
export interface PatchGeometry {
  /** Side of a patch in pixels. */
  readonly patchSize: number;
  /** Side of the square of patches that the merger joins to one image token. */
  readonly mergeSize: number;
  /** Frames of a video that one patch spans; a picture stands in each of them. */
  readonly temporalPatchSize: number;
}

/** What the makers' own class has where a file says nothing. */
export interface ProcessorDefaults {
  readonly mean: readonly number[];
  readonly deviation: readonly number[];
  readonly minimumPixels: number;
  readonly maximumPixels: number;
}

export const QWEN2_DEFAULTS: ProcessorDefaults = {
  mean: CLIP_MEAN,
  deviation: CLIP_DEVIATION,
  minimumPixels: 56 * 56,
  maximumPixels: 28 * 28 * 1280,
};

export interface ProcessorConfig extends Normalisation, PatchGeometry {
  /** Bounds of a picture's area. */
  readonly minimumPixels: number;
  readonly maximumPixels: number;
  readonly budget: PictureBudget;
}

/** Where nobody chooses: files allow up to 16,384 tokens, whose attention no browser and few GPUs hold. */
const DEFAULT_TOKENS = 256;

/** Largest area of a file that is believed. */
const LARGEST_AREA = 2 ** 28;
const area = v.nullish(integer(1, LARGEST_AREA));

function schemaOf({ mean, deviation }: ProcessorDefaults) {
  return object({
    ...commonFields(PILLOW.BICUBIC, mean, deviation),
    // The same two numbers in two dialects.
    min_pixels: area,
    max_pixels: area,
    size: v.nullish(object({ shortest_edge: area, longest_edge: area }), {}),
    patch_size: v.nullish(integer(1)),
    merge_size: v.nullish(integer(1)),
    temporal_patch_size: v.nullish(integer(1)),
  });
}

/**
 * Reads the image processor's settings and holds them against config.json's.
 *
 * @returns null where no file has any.
 * @throws PivotscopeError `bad-checkpoint` for wrong fields or fields that contradict config.json, `unsupported` for steps
 *   that we do not have.
 */
export function findProcessorConfig(
  files: ProcessorFiles,
  model: PatchGeometry,
  defaults: ProcessorDefaults = QWEN2_DEFAULTS,
): ProcessorConfig | null {
  const found = findSettings(files, "Open a checkpoint with the image processor of Qwen2-VL, Qwen2.5-VL or Qwen3-VL.");
  if (found === null) return null;
  const settings = found.read(schemaOf(defaults));
  const { patchSize, mergeSize, temporalPatchSize } = model;
  const sizes = { patch_size: patchSize, merge_size: mergeSize, temporal_patch_size: temporalPatchSize } as const;
  for (const [field, expected] of Object.entries(sizes)) {
    const stated = settings[field as keyof typeof sizes] ?? expected;
    if (stated !== expected)
      throw found.contradiction(field, stated, `the vision tower of config.json has ${expected}`);
  }
  const minimumPixels = settings.min_pixels ?? settings.size.shortest_edge ?? defaults.minimumPixels;
  const maximumPixels = settings.max_pixels ?? settings.size.longest_edge ?? defaults.maximumPixels;
  const blockArea = (patchSize * mergeSize) ** 2;
  const [smallest, largest] = [Math.ceil(minimumPixels / blockArea), Math.floor(maximumPixels / blockArea)];
  if (smallest > largest) {
    throw found.wrong("max_pixels", maximumPixels, `room for one block of ${blockArea} pixels and "min_pixels"`);
  }
  const budget = { default: Math.max(smallest, Math.min(DEFAULT_TOKENS, largest)), smallest, largest };
  return {
    ...normalisationOf(settings),
    patchSize,
    mergeSize,
    temporalPatchSize,
    minimumPixels,
    maximumPixels,
    budget,
  };
}
