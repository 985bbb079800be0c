/** The image processor's settings, in preprocessor_config.json or processor_config.json. */
import * as v from "valibot";
import { PivotscopeError } from "../../../core/errors.ts";
import { fieldIn, readJson, readJsonText } from "../../../core/json/read.ts";
import { anyObject, flag, integer, number, numbers, object, oneOf, positive } from "../../../core/json/schemas.ts";
import { checkpointFile } from "../../checkpoint-file.ts";

/** preprocessor_config.json, as far as it is used. */
export interface ProcessorConfig {
  /** Side of a frame in pixels. */
  readonly frameSize: number;
  /** Longest edge that a picture is resized to before it is cut. */
  readonly longestEdge: number;
  /** Whether the checkpoint's makers split by default. */
  readonly splits: boolean;
  readonly rescaleFactor: number;
  /** Per channel: red, green, blue. */
  readonly mean: readonly number[];
  readonly deviation: readonly number[];
}

/** PIL's number for LANCZOS. */
const LANCZOS = 1;

const PREPROCESSOR = "preprocessor_config.json";
const PROCESSOR = "processor_config.json";
const sourceOf = (file: string) => checkpointFile(file, { unsupported: "Open a SmolVLM checkpoint." });

const edge = v.nullish(object({ longest_edge: v.nullish(integer(1)) }), {});
/** Some files have one number for all channels, as transformers takes it too. */
const forAll = v.pipe(
  number(),
  v.transform((value): readonly number[] => [value, value, value]),
);
const perChannel = v.nullish(
  v.lazy((found) => (typeof found === "number" ? forAll : numbers(undefined, { length: 3 }))),
  [0.5, 0.5, 0.5],
);

const settingsSchema = object({
  resample: v.nullish(oneOf([LANCZOS], `${LANCZOS} (LANCZOS)`)),
  do_resize: v.nullish(oneOf([true])),
  do_normalize: v.nullish(flag, true),
  do_rescale: v.nullish(flag, true),
  do_image_splitting: v.nullish(flag, true),
  rescale_factor: v.nullish(positive, 1 / 255),
  max_image_size: edge,
  size: edge,
  image_mean: perChannel,
  image_std: v.pipe(
    perChannel,
    v.check((values) => values.every((value) => value > 0), "a number above 0, or a list of 3 of them"),
  ),
});

const nestedSchema = object({ image_processor: v.nullish(anyObject) });

/**
 * Finds the image processor's settings as transformers does: "image_processor" in processor_config.json, where
 * transformers 5 writes them, then preprocessor_config.json.
 *
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
  const field = "image_processor";
  const nested = processor === null ? null : readJsonText(nestedSchema, processor, sourceOf(PROCESSOR))[field];
  if (nested) return processorConfig(nested, PROCESSOR, field, frameSize);
  return preprocessor === null ? null : parseProcessorConfig(preprocessor, frameSize);
}

/** Parses preprocessor_config.json. Parameters and errors as for `findProcessorConfig`. */
export function parseProcessorConfig(json: string, frameSize: number): ProcessorConfig {
  return processorConfig(readJsonText(anyObject, json, sourceOf(PREPROCESSOR)), PREPROCESSOR, "", frameSize);
}

/** @param at the object's name in its file. */
function processorConfig(found: unknown, file: string, at: string, frameSize: number): ProcessorConfig {
  const settings = readJson(settingsSchema, found, sourceOf(file), at);
  const whole = settings.max_image_size.longest_edge ?? frameSize;
  if (whole !== frameSize) {
    throw new PivotscopeError(
      "bad-checkpoint",
      `${file}: "${fieldIn(at, "max_image_size")}.longest_edge" is ${whole}; the vision tower of config.json takes ${frameSize}.`,
      "Check that both files belong to the same model.",
    );
  }
  return {
    frameSize,
    longestEdge: settings.size.longest_edge ?? 4 * frameSize,
    splits: settings.do_image_splitting,
    rescaleFactor: settings.do_rescale ? settings.rescale_factor : 1,
    mean: settings.do_normalize ? settings.image_mean : [0, 0, 0],
    deviation: settings.do_normalize ? settings.image_std : [1, 1, 1],
  };
}
