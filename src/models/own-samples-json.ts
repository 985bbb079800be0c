/**
 * A user's own samples as one file.
 *
 * Version 1 is a JSON object:
 *
 * - `format`: "pivotscope-own-samples"; `version`: 1.
 * - `samples`: a list of 1 to 1,000 objects with
 *   - `name`: what people call the picture, a string; may be missing.
 *   - `picture`: the picture's file as a data URL, `data:image/png;base64,…` (PNG, JPEG or WebP), or null.
 *   - `question`: a string of 1 to 2,000 characters beside space around it.
 *   - `answer`: the expected answer, a string, or null.
 *   - `trace`: null, or what the dense model wrote: `text`, a string; `ids`, its token ids with the stop token, 1 to
 *     100,000; `weightHash`, the hex SHA-256 of the weights that wrote it, empty where that is unknown.
 *
 * Missing fields count as null; unknown fields are left alone. Whoever reads a file takes only traces of its own weights.
 */
import * as v from "valibot";
import { PivotscopeError } from "../core/errors.ts";
import { fileSource, parseJson, readJson } from "../core/json/read.ts";
import { ids, integer, list, object, oneOf, text } from "../core/json/schemas.ts";
import { MAXIMUM_OWN_SAMPLES } from "./own-samples-limits.ts";

export interface WrittenTrace {
  readonly text: string;
  readonly ids: readonly number[];
  readonly weightHash: string;
}

export interface PictureFile {
  readonly type: "image/png" | "image/jpeg" | "image/webp";
  readonly bytes: Uint8Array<ArrayBuffer>;
}

export interface SavedSample {
  readonly name: string;
  readonly picture: PictureFile | null;
  readonly question: string;
  readonly answer: string | null;
  readonly trace: WrittenTrace | null;
}

export const OWN_SAMPLES_FORMAT = "pivotscope-own-samples";
/** As the page's question field. */
export const MAXIMUM_QUESTION_LENGTH = 2000;
const MAXIMUM_TRACE = 100_000;
const DATA_URL = /^data:(image\/(?:png|jpeg|webp));base64,/;

/** @throws PivotscopeError `bad-input` without samples, or with more than a file holds. */
export function serialiseOwnSamples(samples: readonly SavedSample[]): string {
  if (samples.length === 0) throw new PivotscopeError("bad-input", "There are no own samples.", "Add one first.");
  if (samples.length > MAXIMUM_OWN_SAMPLES) {
    throw new PivotscopeError(
      "bad-input",
      `There are ${samples.length} own samples; a file holds up to ${MAXIMUM_OWN_SAMPLES}.`,
      `Remove ${samples.length - MAXIMUM_OWN_SAMPLES} of them and save again.`,
    );
  }
  const entries = samples.map(({ picture, ...rest }) => ({ ...rest, picture: picture && dataUrl(picture) }));
  return `${JSON.stringify({ format: OWN_SAMPLES_FORMAT, version: 1, samples: entries })}\n`;
}

const headSchema = object({ format: oneOf([OWN_SAMPLES_FORMAT]), version: integer(1) });

const QUESTION = `a question of 1 to ${MAXIMUM_QUESTION_LENGTH} characters`;
const HASH = "a string of at most 64 hex digits";
const PICTURE = "a data URL of a PNG, JPEG or WebP file in base64";

const traceSchema = object({
  text,
  ids: v.pipe(
    ids,
    v.minLength(1, `a list of 1 to ${MAXIMUM_TRACE} ids`),
    v.maxLength(MAXIMUM_TRACE, `a list of 1 to ${MAXIMUM_TRACE} ids`),
  ),
  weightHash: v.pipe(v.string(HASH), v.regex(/^[0-9a-f]{0,64}$/, HASH)),
});

const pictureSchema = v.pipe(
  v.string(PICTURE),
  v.rawTransform(({ dataset, addIssue, NEVER }): PictureFile => {
    const picture = pictureOf(dataset.value);
    if (picture) return picture;
    addIssue({ message: PICTURE });
    return NEVER;
  }),
);

const sampleSchema = object({
  name: v.nullish(text, ""),
  picture: v.nullish(pictureSchema, null),
  question: v.pipe(
    v.string(QUESTION),
    v.check((question) => question.trim() !== "" && question.trim().length <= MAXIMUM_QUESTION_LENGTH, QUESTION),
    v.trim(),
  ),
  answer: v.nullish(text, null),
  trace: v.nullish(traceSchema, null),
});

const fileSchema = object({ samples: list(sampleSchema, { least: 1, most: MAXIMUM_OWN_SAMPLES }) });

/**
 * Reads a file of own samples. Whether pictures can be decoded shows when they are.
 *
 * @param file the file's name for messages.
 * @throws PivotscopeError `bad-input` that names the field, what was found and what is needed; `unsupported` for a file
 *   of a later version.
 */
export function parseOwnSamples(json: string, file: string): SavedSample[] {
  const source = fileSource(file, { code: "bad-input", hint: "Open a file that was saved under Own samples." });
  const found = parseJson(json, source);
  const { version } = readJson(headSchema, found, source);
  if (version !== 1) {
    throw new PivotscopeError(
      "unsupported",
      `${file}: "version" is ${version}; this page reads version 1.`,
      "Open it with the version of Pivotscope that saved it.",
    );
  }
  return readJson(fileSchema, found, source).samples;
}

/** Null for what is no data URL of such a file. */
function pictureOf(url: string): PictureFile | null {
  const type = DATA_URL.exec(url)?.[1] as PictureFile["type"] | undefined;
  const bytes = type === undefined ? null : fromBase64(url.slice(url.indexOf(",") + 1));
  return type === undefined || bytes === null || bytes.length === 0 ? null : { type, bytes };
}

/** Null when `text` is not base64. */
function fromBase64(text: string): Uint8Array<ArrayBuffer> | null {
  try {
    return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  } catch {
    return null;
  }
}

/** Bytes that go into one call of String.fromCharCode; a multiple of 3, so that parts join without padding. */
const CHUNK = 3 * 8192;

function dataUrl({ type, bytes }: PictureFile): string {
  const parts: string[] = [];
  for (let from = 0; from < bytes.length; from += CHUNK) {
    parts.push(btoa(String.fromCharCode(...bytes.subarray(from, from + CHUNK))));
  }
  return `data:${type};base64,${parts.join("")}`;
}
