/**
 * Sample lists: a checkpoint's own calibration.json and the samples file that the command line takes.
 *
 * Both are `{"samples": [ … ]}`; other fields are left alone. A sample is a picture ("image", a path, or "scene", a list
 * of objects to draw) with a question, or, for checkpoints without tokenizer, pixel values with token ids.
 */
import { PivotscopeError } from "../core/errors.ts";
import type { Scene } from "../scenes/scene.ts";
import { parseScene } from "../scenes/scene-json.ts";
import { describeValue, type Fields, parseJsonObject } from "./json.ts";

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

/**
 * Parses a list of samples of either form.
 *
 * @param file the file's name for messages.
 * @throws PivotscopeError `bad-checkpoint` that names sample and field; `bad-input` when the list is empty.
 */
export function parseSamples(json: string, file: string): Sample[] {
  const samples = parseJsonObject(json, file).objects("samples");
  if (samples.length === 0) {
    throw new PivotscopeError("bad-input", `${file}: "samples" is empty.`, "List at least one sample.");
  }
  return samples.map((sample) => (sample.has("prompt") ? parseTokenSample(sample) : parsePictureSample(sample)));
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
  return parseJsonObject(json, file)
    .objects("samples")
    .map((sample) => ({
      ...parsePictureSample(sample),
      questionKind: sample.has("kind") ? sample.string("kind") : null,
    }));
}

function parsePictureSample(fields: Fields): PictureSample {
  const question = fields.string("question");
  if (question.trim() === "") throw fields.wrong("question", "a question that is not empty");
  const optional = (key: string) => (fields.has(key) ? fields.string(key) : null);
  return {
    kind: "picture",
    picture: parsePicture(fields),
    question,
    trace: optional("trace"),
    answer: optional("answer"),
    family: optional("family"),
  };
}

function parsePicture(fields: Fields): PictureSource | null {
  if (fields.has("image") && fields.has("scene")) throw fields.wrong("image", 'left out where "scene" is given');
  if (fields.has("image")) return { kind: "file", path: fields.string("image") };
  if (!fields.has("scene")) return null;
  return { kind: "scene", scene: parseScene(fields.raw("scene"), `${fields.file}: "${fields.nameOf("scene")}"`) };
}

function parseTokenSample(fields: Fields): TokenSample {
  const prompt = fields.ids("prompt");
  if (prompt.length === 0) throw fields.wrong("prompt", "at least one token id");
  const trace = fields.ids("trace");
  if (trace.length === 0) throw fields.wrong("trace", "at least one token id");
  const pivots = fields.has("pivots") ? fields.ids("pivots") : null;
  if (pivots?.some((position) => position >= trace.length)) {
    throw fields.wrong("pivots", `a list of positions below the trace's length ${trace.length}`);
  }
  return { kind: "tokens", ...parsePixels(fields), prompt, trace, pivots };
}

function parsePixels(fields: Fields): Pick<TokenSample, "pixelValues" | "pixelShape"> {
  if (!fields.has("pixel_values")) return { pixelValues: null, pixelShape: null };
  const shape = fields.ids("pixel_shape");
  const [frames, channels, height, width, ...rest] = shape.length === 3 ? [1, ...shape] : shape;
  if (
    frames === undefined ||
    channels === undefined ||
    height === undefined ||
    width === undefined ||
    rest.length > 0
  ) {
    throw fields.wrong("pixel_shape", "[channels, height, width] or [frames, channels, height, width]");
  }
  const values = fields.numbers("pixel_values");
  if (values.length !== frames * channels * height * width) {
    throw new PivotscopeError(
      "bad-checkpoint",
      `${fields.file}: "${fields.nameOf("pixel_values")}" is ${describeValue(values)}; ` +
        `"pixel_shape" [${shape.join(", ")}] needs ${frames * channels * height * width}.`,
    );
  }
  return { pixelValues: Float32Array.from(values), pixelShape: [frames, channels, height, width] };
}
