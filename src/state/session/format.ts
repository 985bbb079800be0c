/**
 * A session as one file: a zip file with everything that somebody made of one model, but not the model itself, which is
 * named by its hash and where it came from.
 *
 * - `session.json`: what stands in `manifestSchema`: the model, the link to the page as it stood, and what the other files are;
 * - `plan.json`, `statistics.safetensors`, `own-samples.json`, `results/N.json`: files as page and command line write them;
 * - `pictures/NAME`: own pictures, as they were chosen;
 * - `answers.json`: what the model and its pruned forms said and measured, a text for each picture (kept/answer-records.ts);
 * - `shown.json`: of these the one result that was shown; `pins.json`: the pinned sides; `history.json`: lines of the history;
 * - `SHA256SUMS`: the SHA-256 of each of these, as `sha256sum -c SHA256SUMS` reads it.
 */
import * as v from "valibot";
import { anyObject, flag, integer, list, number, object, oneOf, text } from "../../core/json/schemas.ts";
import type { ZipLimits } from "../../models/zip-file.ts";

export const SESSION_FORMAT = "pivotscope-session";

/** To be raised whenever a reader of before would take a file for something else than it is. */
export const SESSION_VERSION = 1;

export const ENTRY = {
  manifest: "session.json",
  sums: "SHA256SUMS",
  plan: "plan.json",
  statistics: "statistics.safetensors",
  ownSamples: "own-samples.json",
  answers: "answers.json",
  shown: "shown.json",
  pins: "pins.json",
  history: "history.json",
} as const;

/** Of a session: what the page reads as files by themselves may have 256 MB each. */
export const SESSION_LIMITS: ZipLimits = { entries: 200, bytes: 1e9 };

/** Of the file itself, which is read whole. */
export const LARGEST_SESSION = 1e9;

const HASH = "a SHA-256 in 64 hex digits";
const hash = v.pipe(v.string(HASH), v.regex(/^[0-9a-f]{64}$/, HASH));

/** What this browser keeps a picture under: a name of the page's own making. */
const PICTURE_ID = "1 to 20 letters and digits";
const pictureId = v.pipe(v.string(PICTURE_ID), v.regex(/^[0-9a-z]{1,20}$/, PICTURE_ID));

/** Bounded, since each is shown or written into an address. */
const short = v.pipe(text, v.maxLength(300, "a string of at most 300 characters"));
const long = v.pipe(text, v.maxLength(20_000, "a string of at most 20,000 characters"));

export const manifestSchema = object({
  /** Version of Pivotscope that wrote it, and when (ISO 8601). */
  pivotscope: short,
  saved: short,
  model: object({
    name: short,
    label: short,
    weightHash: hash,
    /** What a link names it by; null for a folder of the user's. */
    source: v.nullable(long),
    device: short,
  }),
  /** The hash of the page's address, with the name of the own picture that it shows. */
  link: long,
  /** The question as typed, where that was not asked. */
  draft: v.nullable(long),
  /** The file that the plan was shown from; null where the page planned by itself, or had no plan. */
  planOf: v.nullable(short),
  calibration: v.nullable(
    object({
      key: long,
      origin: oneOf(["here", "kept", "beforehand", "file"]),
      file: v.nullable(short),
      seconds: v.nullable(number(0)),
    }),
  ),
  /** Whether own samples stood in for the model's set. */
  ownSamplesUsed: flag,
  pictures: list(object({ id: pictureId, entry: short, name: short, content: v.nullable(short), type: short })),
  results: list(object({ entry: short, key: long })),
  /** What was chosen about experiments. */
  choices: anyObject,
});

export type Manifest = v.InferOutput<typeof manifestSchema>;

/** A picture and a question that something is kept of, as the list of answers says it. */
export const answersSchema = list(
  object({
    at: integer(0),
    model: short,
    picture: short,
    content: short,
    question: short,
    /** See kept/answer-records.ts. */
    text,
  }),
);

export type SavedAnswer = v.InferOutput<typeof answersSchema>[number];

export const shownSchema = object({ text });

export const pinsSchema = list(
  object({
    model: object({ name: short, label: short, weightHash: text, device: short }),
    version: short,
    input: object({ key: long, picture: short, content: short, question: long }),
    /** A plan's file, and what is known of it, see kept/answer-records.ts. */
    plan: anyObject,
    text,
    /** Its picture, small: RGBA of so many columns, in base64. */
    picture: object({ width: integer(1, 4096), pixels: text }),
    scene: v.nullable(short),
  }),
);

export type SavedPin = v.InferOutput<typeof pinsSchema>[number];
