/**
 * Sample lists: a checkpoint's own calibration.json and the samples file that the command line takes.
 *
 * Both are `{"samples": [ … ]}`; other fields are left alone. A sample is a picture ("image", a path, or "scene", a list
 * of objects to draw) with a question, or, for checkpoints without tokenizer, pixel values with token ids.
 */
import * as v from "valibot";
import { PivotscopeError } from "../core/errors.ts";
import { fieldIn, type JsonSource, readJson, readJsonText } from "../core/json/read.ts";
import {
  anyObject,
  anything,
  ids,
  integer,
  type JsonObject,
  list,
  numbers,
  object,
  text,
} from "../core/json/schemas.ts";
import { describeValue } from "../core/json/show.ts";
import type { Scene } from "../scenes/scene.ts";
import { parseScene } from "../scenes/scene-json.ts";
import { checkpointFile } from "./checkpoint-file.ts";
import type { FrameGrid } from "./pictures.ts";

/** Where a sample's picture comes from: a file, its path relative to the list's folder, or a scene to be drawn. */
export type PictureSource =
  | { readonly kind: "file"; readonly path: string }
  | { readonly kind: "scene"; readonly scene: Scene };

export interface PictureSample {
  readonly kind: "picture";
  /** Null for a question without picture. */
  readonly picture: PictureSource | null;
  readonly question: string;
  /** The reasoning that the model should give, or null when it is to be generated first. */
  readonly trace: string | null;
  readonly answer: string | null;
  /** What kind of question it is, for example "physical". */
  readonly family: string | null;
}

export interface TokenSample {
  readonly kind: "tokens";
  /** Normalised pixels in the order of `pixelShape`, row-major; null without a picture. */
  readonly pixelValues: Float32Array | null;
  /** [frames, channels, height, width]; null without a picture. */
  readonly pixelShape: readonly [number, number, number, number] | null;
  /** How the frames of `pixelShape` lie in the picture, where they are pieces of one. */
  readonly pieces?: FrameGrid;
  /** Ids up to and including the last prompt token, image tokens included. */
  readonly prompt: readonly number[];
  readonly trace: readonly number[];
  /** Trace positions of the pivot tokens where the list gives them, else null. */
  readonly pivots: readonly number[] | null;
}

export type Sample = PictureSample | TokenSample;

/** A sample of an evaluation set. */
export interface EvaluationEntry extends PictureSample {
  /** Which of its family's questions it is, for example "farthest"; null where the file does not say. */
  readonly questionKind: string | null;
}

const QUESTION = "a question that is not empty";
const textOrNull = v.nullish(text, null);

const samplesSchema = object({ samples: list(anyObject) });

const pictureSchema = object({
  question: v.pipe(v.string(QUESTION), v.regex(/\S/, QUESTION)),
  image: textOrNull,
  scene: anything,
  trace: textOrNull,
  answer: textOrNull,
  family: textOrNull,
  kind: textOrNull,
});

const someIds = v.pipe(ids, v.minLength(1, "at least one token id"));

const tokensSchema = object({
  prompt: someIds,
  trace: someIds,
  pivots: v.nullish(ids, null),
  pixel_values: v.nullish(numbers(), null),
  pixel_shape: v.nullish(ids, null),
  aspect_ratio: v.nullish(list(integer(1), { least: 2, most: 2 }), null),
});

/** A sample as it stands in its file. */
interface Entry {
  readonly found: JsonObject;
  readonly source: JsonSource;
  readonly file: string;
  /** Its name for messages, "samples[3]". */
  readonly name: string;
}

function readEntries(json: string, file: string): readonly Entry[] {
  const source = checkpointFile(file);
  const { samples } = readJsonText(samplesSchema, json, source);
  return samples.map((found, index) => ({ found, source, file, name: `samples[${index}]` }));
}

/**
 * Parses a list of samples of either form.
 *
 * @param file the file's name for messages.
 * @throws PivotscopeError `bad-checkpoint` that names sample and field; `bad-input` when the list is empty.
 */
export function parseSamples(json: string, file: string): Sample[] {
  const entries = readEntries(json, file);
  if (entries.length === 0) {
    throw new PivotscopeError("bad-input", `${file}: "samples" is empty.`, "List at least one sample.");
  }
  return entries.map((entry) => ((entry.found.prompt ?? null) === null ? pictureSample(entry) : tokenSample(entry)));
}

/** Parses calibration.json, whose samples all have pictures with questions. @throws PivotscopeError, as parseSamples. */
export function parseCalibrationSet(json: string, file = "calibration.json"): PictureSample[] {
  return parseSamples(json, file).map((sample, index) => {
    if (sample.kind === "picture") return sample;
    throw new PivotscopeError(
      "bad-checkpoint",
      `${file}: "samples[${index}]" holds token ids; a calibration set needs "question" and "image".`,
    );
  });
}

/**
 * Parses evaluation.json, whose samples all have questions; it may be empty.
 * @throws PivotscopeError `bad-checkpoint` that names sample and field.
 */
export function parseEvaluationSet(json: string, file = "evaluation.json"): EvaluationEntry[] {
  return readEntries(json, file).map((entry) => {
    const { kind: questionKind } = readJson(pictureSchema, entry.found, entry.source, entry.name);
    return { ...pictureSample(entry), questionKind };
  });
}

function pictureSample({ found, source, file, name }: Entry): PictureSample {
  const { question, image, scene, trace, answer, family } = readJson(pictureSchema, found, source, name);
  const about = { kind: "picture", question, trace, answer, family } as const;
  if ((scene ?? null) === null) return { ...about, picture: image === null ? null : { kind: "file", path: image } };
  if (image !== null) throw source.wrong(fieldIn(name, "image"), image, 'left out where "scene" is given');
  const drawn = parseScene(scene, `${file}: "${fieldIn(name, "scene")}"`);
  return { ...about, picture: { kind: "scene", scene: drawn } };
}

function tokenSample({ found, source, file, name }: Entry): TokenSample {
  const sample = readJson(tokensSchema, found, source, name);
  const { prompt, trace, pivots, pixel_values: values, pixel_shape: shape, aspect_ratio: ratio } = sample;
  if (pivots?.some((position) => position >= trace.length)) {
    const needed = `a list of positions below the trace's length ${trace.length}`;
    throw source.wrong(fieldIn(name, "pivots"), pivots, needed);
  }
  const tokens = { kind: "tokens", prompt, trace, pivots } as const;
  if (values === null) return { ...tokens, pixelValues: null, pixelShape: null };
  const pixelShape = shape && frameShape(shape);
  if (!shape || !pixelShape) {
    const needed = "[channels, height, width] or [frames, channels, height, width]";
    throw source.wrong(fieldIn(name, "pixel_shape"), shape ?? undefined, needed);
  }
  const size = pixelShape.reduce((product, length) => product * length, 1);
  if (values.length !== size) {
    throw new PivotscopeError(
      "bad-checkpoint",
      `${file}: "${fieldIn(name, "pixel_values")}" is ${describeValue(values)}; ` +
        `"pixel_shape" [${shape.join(", ")}] needs ${size}.`,
    );
  }
  const [rows = 1, columns = 1] = ratio ?? [];
  const pieces = ratio && { pieces: { rows, columns } };
  return { ...tokens, pixelValues: Float32Array.from(values), pixelShape, ...pieces };
}

/** With one frame where the shape names none; null for a shape of other axes. */
function frameShape(shape: readonly number[]): TokenSample["pixelShape"] {
  const [frames, channels, height, width, ...rest] = shape.length === 3 ? [1, ...shape] : shape;
  const whole = frames !== undefined && channels !== undefined && height !== undefined && width !== undefined;
  return whole && rest.length === 0 ? [frames, channels, height, width] : null;
}
