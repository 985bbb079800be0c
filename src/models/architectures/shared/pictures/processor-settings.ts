/** Settings that the image processors of all architectures share, and where they stand. */
import * as v from "valibot";
import { PivotscopeError } from "../../../../core/errors.ts";
import { fieldIn, type JsonSource, readJson, readJsonText } from "../../../../core/json/read.ts";
import { anyObject, flag, integer, number, numbers, object, oneOf, positive } from "../../../../core/json/schemas.ts";
import { checkpointFile } from "../../../checkpoint-file.ts";
import type { ProcessorFiles } from "../../architecture.ts";
import type { Normalisation } from "./normalise.ts";

const PREPROCESSOR = "preprocessor_config.json";
const PROCESSOR = "processor_config.json";

/** Numbers that stand for Pillow's filters in files. */
export const PILLOW = {
  LANCZOS: [1, "1 (LANCZOS)"],
  BILINEAR: [2, "2 (BILINEAR)"],
  BICUBIC: [3, "3 (BICUBIC)"],
} as const;

/** Mean and deviation of CLIP's pictures: red, green, blue. */
export const CLIP_MEAN = [0.48145466, 0.4578275, 0.40821073];
export const CLIP_DEVIATION = [0.26862954, 0.26130258, 0.27577711];
/** From 0 to 1 into −1 to 1. */
export const HALF = [0.5, 0.5, 0.5];

/** An image processor's settings as they stand in one of the files. */
export interface FoundSettings {
  /** @throws PivotscopeError naming file and field. */
  read<Output>(schema: Parameters<typeof readJson<Output>>[0]): Output;
  /** The error for settings that contradict config.json. */
  contradiction(field: string, found: unknown, expected: string): PivotscopeError;
  /** The error for settings that contradict themselves, or that we do not have. */
  wrong(field: string, found: unknown, needed: string): PivotscopeError;
}

const nestedSchema = object({ image_processor: v.nullish(anyObject) });

/**
 * Finds the image processor's settings as transformers does: "image_processor" in processor_config.json, where
 * transformers 5 writes them, then preprocessor_config.json.
 *
 * @param supported what to open instead where a setting is none that we have.
 * @returns null when neither file has any.
 * @throws PivotscopeError `bad-checkpoint` for files that are not JSON.
 */
export function findSettings({ preprocessor, processor }: ProcessorFiles, supported: string): FoundSettings | null {
  const sourceOf = (file: string) => checkpointFile(file, { unsupported: supported });
  const field = "image_processor";
  const nested = processor === null ? null : readJsonText(nestedSchema, processor, sourceOf(PROCESSOR))[field];
  if (nested) return settingsIn(nested, PROCESSOR, sourceOf(PROCESSOR), field);
  if (preprocessor === null) return null;
  const source = sourceOf(PREPROCESSOR);
  return settingsIn(readJsonText(anyObject, preprocessor, source), PREPROCESSOR, source, "");
}

function settingsIn(found: unknown, file: string, source: JsonSource, at: string): FoundSettings {
  return {
    read: (schema) => readJson(schema, found, source, at),
    contradiction: (field, value, expected) =>
      new PivotscopeError(
        "bad-checkpoint",
        `${file}: "${fieldIn(at, field)}" is ${value}; ${expected}.`,
        "Check that both files belong to the same model.",
      ),
    wrong: (field, value, needed) => source.wrong(fieldIn(at, field), value, needed),
  };
}

/** Some files have one number for all channels, as transformers takes it too. */
const forAll = v.pipe(
  number(),
  v.transform((value): readonly number[] => [value, value, value]),
);

function perChannel(whereMissing: readonly number[]) {
  return v.nullish(
    v.lazy((found) => (typeof found === "number" ? forAll : numbers(undefined, { length: 3 }))),
    whereMissing,
  );
}

/**
 * Fields that every processor has.
 *
 * @param filter the one that pictures are resized by, and what its makers' own class has for colours.
 */
export function commonFields(
  [filterNumber, filterName]: (typeof PILLOW)[keyof typeof PILLOW],
  mean: readonly number[],
  deviation: readonly number[],
) {
  return {
    resample: v.nullish(oneOf([filterNumber], filterName)),
    do_resize: v.nullish(oneOf([true])),
    do_normalize: v.nullish(flag, true),
    do_rescale: v.nullish(flag, true),
    rescale_factor: v.nullish(positive, 1 / 255),
    image_mean: perChannel(mean),
    image_std: v.pipe(
      perChannel(deviation),
      v.check((values) => values.every((value) => value > 0), "a number above 0, or a list of 3 of them"),
    ),
  };
}

const side = v.nullish(integer(1));

/** The size of processors whose pictures are square, see `checkSquare`. */
export const squareSize = v.nullish(object({ height: side, width: side }), {});

/** @throws PivotscopeError `bad-checkpoint` for a `size` other than that of the vision tower, `expected` pixels to a side. */
export function checkSquare(
  found: FoundSettings,
  size: Readonly<Record<string, number | null | undefined>>,
  expected: number,
): void {
  for (const [name, stated] of Object.entries(size)) {
    if ((stated ?? expected) === expected) continue;
    throw found.contradiction(`size.${name}`, stated, `the vision tower of config.json takes ${expected}`);
  }
}

/** What `commonFields` reads, as steps. */
export function normalisationOf(settings: {
  readonly do_normalize: boolean;
  readonly do_rescale: boolean;
  readonly rescale_factor: number;
  readonly image_mean: readonly number[];
  readonly image_std: readonly number[];
}): Normalisation {
  return {
    rescaleFactor: settings.do_rescale ? settings.rescale_factor : 1,
    mean: settings.do_normalize ? settings.image_mean : [0, 0, 0],
    deviation: settings.do_normalize ? settings.image_std : [1, 1, 1],
  };
}
