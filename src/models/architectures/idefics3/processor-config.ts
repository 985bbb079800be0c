/** The image processor's settings, in preprocessor_config.json or processor_config.json. */
import * as v from "valibot";
import { invariant } from "../../../core/errors.ts";
import { flag, integer, object } from "../../../core/json/schemas.ts";
import type { Normalisation } from "../shared/pictures/normalise.ts";
import { commonFields, findSettings, HALF, normalisationOf, PILLOW } from "../shared/pictures/processor-settings.ts";

/** preprocessor_config.json, as far as it is used. */
export interface ProcessorConfig extends Normalisation {
  /** Side of a frame in pixels. */
  readonly frameSize: number;
  /** Longest edge that a picture is resized to before it is cut. */
  readonly longestEdge: number;
  /** Whether the checkpoint's makers split by default. */
  readonly splits: boolean;
}

const edge = v.nullish(object({ longest_edge: v.nullish(integer(1)) }), {});

const settingsSchema = object({
  ...commonFields(PILLOW.LANCZOS, HALF, HALF),
  do_image_splitting: v.nullish(flag, true),
  max_image_size: edge,
  size: edge,
});

/**
 * @param preprocessor text of preprocessor_config.json, and `processor` that of processor_config.json; null where a file
 *   is not there.
 * @param frameSize side of a frame that the vision tower takes, from config.json.
 * @returns null when neither file has any.
 * @throws PivotscopeError `bad-checkpoint` for wrong fields, `unsupported` for steps that we do not have.
 */
export function findProcessorConfig(
  preprocessor: string | null,
  processor: string | null,
  frameSize: number,
): ProcessorConfig | null {
  const found = findSettings({ preprocessor, processor }, "Open a SmolVLM checkpoint.");
  if (found === null) return null;
  const settings = found.read(settingsSchema);
  const whole = settings.max_image_size.longest_edge ?? frameSize;
  if (whole !== frameSize) {
    throw found.contradiction(
      "max_image_size.longest_edge",
      whole,
      `the vision tower of config.json takes ${frameSize}`,
    );
  }
  return {
    frameSize,
    longestEdge: settings.size.longest_edge ?? 4 * frameSize,
    splits: settings.do_image_splitting,
    ...normalisationOf(settings),
  };
}

/** Parses preprocessor_config.json. Parameters and errors as for `findProcessorConfig`. */
export function parseProcessorConfig(json: string, frameSize: number): ProcessorConfig {
  const config = findProcessorConfig(json, null, frameSize);
  invariant(config, "A file that is there has settings.");
  return config;
}
