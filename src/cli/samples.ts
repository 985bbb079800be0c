/** Samples files: read, and each sample made ready to run, with errors that name it. */
import { PivotscopeError, throwIfCancelled } from "../core/errors.ts";
import { defaultPivotParameters, type PivotParameters } from "../core/pivots.ts";
import { plural } from "../core/words.ts";
import type { PreparedSample } from "../engine/pass/batch.ts";
import type { Session } from "../engine/session.ts";
import { parseSamples, type Sample } from "../models/samples.ts";
import type { CommandContext } from "./context.ts";
import { readText } from "./files.ts";
import { wholeNumber } from "./options.ts";
import { picturePath, readListedPicture } from "./picture-files.ts";
import type { ProgressLine } from "./progress.ts";

export interface SampleList {
  readonly samples: readonly Sample[];
  /** Reads a picture whose path is relative to the list's own folder. */
  readonly readPicture: (path: string) => Promise<Uint8Array<ArrayBuffer>>;
}

export interface SamplesOptions {
  /** Use only the first samples; all when undefined. */
  readonly limit?: number | undefined;
  /** Take pictures from outside of the file's folder. */
  readonly "any-folder"?: boolean;
}

/**
 * @throws PivotscopeError naming the file, and the sample and field at fault; `bad-input` for a limit below 1, and for a
 *   picture that lies where the file may not reach.
 */
export async function readSamples(
  file: string,
  { limit, "any-folder": anyFolder = false }: SamplesOptions,
  context: CommandContext,
): Promise<SampleList> {
  if (limit !== undefined) wholeNumber("limit", limit, 1);
  const samples = parseSamples(await readText(file), file).slice(0, limit);
  for (const sample of samples) {
    if (sample.kind === "picture" && sample.picture?.kind === "file") {
      await picturePath(file, sample.picture.path, anyFolder);
    }
  }
  return { samples, readPicture: (path) => readListedPicture(file, path, { anyFolder, context }) };
}

/**
 * Makes sample number `index` of a list ready.
 *
 * @param pivots how pivots are found; null where they do not matter, and then no tokenizer is needed for token lists.
 * @throws PivotscopeError naming what does not fit the model.
 */
export async function prepareListed(
  session: Session,
  list: SampleList,
  index: number,
  pivots: PivotParameters | null,
  { signal }: CommandContext,
): Promise<PreparedSample> {
  throwIfCancelled(signal);
  const sample = list.samples[index];
  if (!sample) throw new RangeError(`There is no sample ${index}.`);
  const name = `samples[${index}]`;
  checkPixels(session, sample, name);
  const listed = pivots === null && sample.kind === "tokens" ? { ...sample, pivots: [] } : sample;
  const prepared = await session.prepareSample(listed, list.readPicture, pivots ?? defaultPivotParameters(), signal);
  checkSample(session, prepared, name);
  return prepared;
}

/** Makes all samples of a list ready, and says which one is at hand. @throws PivotscopeError as `prepareListed` does. */
export async function prepareAll(
  session: Session,
  list: SampleList,
  pivots: PivotParameters | null,
  context: CommandContext,
  line: ProgressLine,
): Promise<PreparedSample[]> {
  const samples: PreparedSample[] = [];
  for (const index of list.samples.keys()) {
    line.show(`Preparing sample ${index + 1} of ${list.samples.length}`);
    samples.push(await prepareListed(session, list, index, pivots, context));
  }
  return samples;
}

/**
 * Checks ids against the model: token lists come from outside, and a written trace can be too long.
 * @throws PivotscopeError `bad-input` that says what was found and what the model takes.
 */
export function checkSample({ model, summary }: Session, sample: PreparedSample, name: string): void {
  const wrong = (message: string) =>
    new PivotscopeError("bad-input", `${name}: ${message}.`, "Check that the samples were made for this model.");
  const ids = [...sample.prompt, ...sample.trace];
  // Some tokens are read and never written.
  const { embeddingRows } = model.definition.text;
  for (const [part, entries] of [
    [sample.prompt, embeddingRows] as const,
    [sample.trace, summary.vocabularySize] as const,
  ]) {
    const stranger = part.find((id) => id >= entries);
    if (stranger !== undefined)
      throw wrong(`token id ${stranger}; the vocabulary has ${plural(entries, "entry", "entries")}`);
  }
  if (sample.trace.length === 0) throw wrong("the trace is empty");
  if (ids.length > summary.maximumTokens) {
    throw wrong(
      `prompt and trace have ${plural(ids.length, "token")}; the model has ${plural(summary.maximumTokens, "position")}`,
    );
  }
  const { vision } = model.definition;
  const imageTokens = sample.prompt.filter((id) => id === model.imageTokenId).length;
  if (sample.frames.length === 0) {
    if (imageTokens > 0) throw wrong(`${plural(imageTokens, "image token")} but no picture`);
    return;
  }
  if (vision === null) throw wrong("a picture, but the model takes text only");
  const expected = sample.frames.reduce((sum, { tokens }) => sum + tokens, 0);
  if (imageTokens !== expected) {
    throw wrong(`${plural(imageTokens, "image token")}; a picture takes ${expected}`);
  }
}

/**
 * A token list brings its own pixels, which must be one frame of the size that the vision tower takes. Pictures of any size
 * and pieces of pictures are looked at where frames are made of them.
 */
function checkPixels({ model }: Session, sample: Sample, name: string): void {
  const { vision } = model.definition;
  if (sample.kind !== "tokens" || sample.pixelShape === null || vision === null) return;
  if (vision.pixelStep !== undefined || vision.pixelPieces !== undefined) return;
  const wanted = [1, ...vision.pixelShape];
  if (wanted.every((length, axis) => length === sample.pixelShape?.[axis])) return;
  throw new PivotscopeError(
    "bad-input",
    `${name}: pixel_shape is [${sample.pixelShape.join(", ")}]; the model takes [${wanted.join(", ")}].`,
    "Check that the samples were made for this model.",
  );
}
