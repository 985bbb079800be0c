/** Reads a session file: all of it, before anything of it is put to use. */
import { inFile, PivotscopeError, reasonOf } from "../../core/errors.ts";
import type { ExperimentResult } from "../../core/experiments/experiment.ts";
import { parseResult } from "../../core/experiments/result-json.ts";
import { fileSource, parseJson, readJson, type Schema } from "../../core/json/read.ts";
import { object, oneOf } from "../../core/json/schemas.ts";
import { checkVersion } from "../../core/json/version.ts";
import { parseParameters } from "../../core/parameters/parse.ts";
import { parsePlan } from "../../core/parse-plan.ts";
import type { Plan } from "../../core/plan.ts";
import { parseOwnSamples } from "../../models/own-samples-json.ts";
import { LARGEST_OWN_SAMPLES_FILE } from "../../models/own-samples-limits.ts";
import { looksLikeZip, readZip } from "../../models/zip-file.ts";
import { parseHistory } from "../slices/history/history-records.ts";
import type { HistoryEntry } from "../slices/history/history-state.ts";
import type { AnswerParts } from "../slices/kept/answer-records.ts";
import { openRecord, weightsOfKey } from "../slices/kept/kept-answers.ts";
import { checkSums } from "./checksums.ts";
import {
  answersSchema,
  ENTRY,
  type Manifest,
  manifestSchema,
  pinsSchema,
  type SavedAnswer,
  type SavedPin,
  SESSION_FORMAT,
  SESSION_LIMITS,
  SESSION_VERSION,
  shownSchema,
} from "./format.ts";
import { weightsOfResult } from "./results-key.ts";

/** A session whose parts hang together; plan, statistics and pins have not been held against the model yet. */
export interface Session {
  readonly file: string;
  readonly manifest: Manifest;
  readonly plan: Plan | null;
  readonly statistics: Uint8Array<ArrayBuffer> | null;
  readonly ownSamples: Uint8Array<ArrayBuffer> | null;
  readonly pictures: readonly (Manifest["pictures"][number] & { readonly bytes: Uint8Array<ArrayBuffer> })[];
  readonly answers: readonly SavedAnswer[];
  /** What the dense model said about the picture that was shown, and what the plan made of it; null where it was not measured. */
  readonly shown: AnswerParts | null;
  readonly pins: readonly SavedPin[];
  readonly history: readonly HistoryEntry[];
  /** The latest first. */
  readonly results: readonly { readonly key: string; readonly result: ExperimentResult }[];
}

type Entries = ReadonlyMap<string, Uint8Array<ArrayBuffer>>;

const HINT = "Choose a session that this version of the page has saved.";

/** Whether a file begins as a session does. */
export function looksLikeSession(bytes: Uint8Array): boolean {
  return looksLikeZip(bytes);
}

/**
 * @param file its name, for messages.
 * @throws PivotscopeError `bad-input` naming file and field for what is foreign, damaged or does not hang together,
 * `unsupported` for another version.
 */
export async function readSession(bytes: Uint8Array, file: string): Promise<Session> {
  const entries = readZip(bytes, file, SESSION_LIMITS);
  // A foreign file is called that, and not a damaged session; a later version may sum up otherwise.
  readHead(entries, file);
  await checkSums(entries, file);
  return readEntries(entries, file);
}

function readHead(entries: Entries, file: string): unknown {
  const bytes = entries.get(ENTRY.manifest);
  const foreign = `${file} is no session: it has no ${ENTRY.manifest}`;
  if (!bytes) throw new PivotscopeError("bad-input", `${foreign}.`, HINT);
  const name = `${file}, ${ENTRY.manifest}`;
  const source = fileSource(name, { code: "bad-input", hint: HINT });
  const found = parseJson(decode(bytes, name), source);
  readJson(object({ format: oneOf([SESSION_FORMAT]) }), found, source);
  inFile(name, () =>
    checkVersion(
      found,
      SESSION_VERSION,
      source,
      "Reload the page to get its newest version, or save the session again in this one.",
    ),
  );
  return found;
}

/** All but the checksums. @throws as `readSession`. */
export function readEntries(entries: Entries, file: string): Session {
  const at = (entry: string) => `${file}, ${entry}`;
  const source = (entry: string) => fileSource(at(entry), { code: "bad-input", hint: HINT });
  const wrong = (entry: string, what: string) => new PivotscopeError("bad-input", `${at(entry)}: ${what}.`, HINT);
  const textOf = (entry: string) => decode(bytesOf(entry), at(entry));
  const jsonOf = <Output>(entry: string, schema: Schema<Output>, absent: Output): Output =>
    entries.has(entry) ? readJson(schema, parseJson(textOf(entry), source(entry)), source(entry)) : absent;
  function bytesOf(entry: string): Uint8Array<ArrayBuffer> {
    const bytes = entries.get(entry);
    if (!bytes) throw new PivotscopeError("bad-input", `${file}: ${entry} is missing.`, HINT);
    return bytes;
  }
  const optional = (entry: string) => entries.get(entry) ?? null;

  const manifest = readJson(manifestSchema, readHead(entries, file), source(ENTRY.manifest));
  const { weightHash } = manifest.model;
  const ours = (entry: string, field: string, found: string | null) => {
    if (found === weightHash) return;
    throw wrong(
      entry,
      `${field}: found ${found === null ? "no weights" : `weights ${found.slice(0, 10)}…`}, expected ${weightHash.slice(0, 10)}…`,
    );
  };

  const plan = entries.has(ENTRY.plan) ? inFile(at(ENTRY.plan), () => parsePlan(textOf(ENTRY.plan))) : null;
  if (plan) ours(ENTRY.plan, "model.weightHash", plan.model.weightHash);
  const statistics = optional(ENTRY.statistics);
  if (statistics && !manifest.calibration)
    throw wrong(ENTRY.manifest, "calibration: found nothing, expected what the statistics are of");
  if (manifest.calibration) ours(ENTRY.manifest, "calibration.key", weightsOfCalibration(manifest.calibration.key));
  const ownSamples = optional(ENTRY.ownSamples);
  if (ownSamples) {
    if (ownSamples.length > LARGEST_OWN_SAMPLES_FILE)
      throw wrong(ENTRY.ownSamples, `found ${ownSamples.length} bytes, expected at most ${LARGEST_OWN_SAMPLES_FILE}`);
    parseOwnSamples(textOf(ENTRY.ownSamples), at(ENTRY.ownSamples));
  } else if (manifest.ownSamplesUsed) bytesOf(ENTRY.ownSamples);

  const answers = jsonOf(ENTRY.answers, answersSchema, []);
  for (const [place, { text }] of answers.entries()) {
    ours(ENTRY.answers, `[${place}].text`, weightsOfKey(openRecord(text)?.key ?? ""));
  }
  const shown = jsonOf(ENTRY.shown, shownSchema, null);
  const shownParts = shown && (openRecord(shown.text)?.parts ?? null);
  if (shown && (!shownParts?.trace || shownParts.measured.length !== 1))
    throw wrong(ENTRY.shown, "text: it cannot be read");
  const history = entries.has(ENTRY.history)
    ? parseHistory(parseJson(textOf(ENTRY.history), source(ENTRY.history)), source(ENTRY.history))
    : [];
  const results = manifest.results.map(({ entry, key }, place) => {
    ours(ENTRY.manifest, `results[${place}].key`, weightsOfResult(key));
    return { key, result: inFile(at(entry), () => parseResult(textOf(entry))) };
  });
  return {
    file,
    manifest,
    plan,
    statistics,
    ownSamples,
    pictures: manifest.pictures.map((picture) => ({ ...picture, bytes: bytesOf(picture.entry) })),
    answers,
    shown: shownParts,
    pins: jsonOf(ENTRY.pins, pinsSchema, []),
    history,
    results,
  };
}

function decode(bytes: Uint8Array, name: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new PivotscopeError("bad-input", `${name} is no text: ${reasonOf(cause)}.`, HINT, { cause });
  }
}

/** The weights that a calibration's key names (see `calibrationKey`); null for what is no such key. */
function weightsOfCalibration(key: string): string | null {
  try {
    const [weights, name, parameters, ...samples] = JSON.parse(key) as readonly unknown[];
    const whole =
      typeof weights === "string" &&
      typeof name === "string" &&
      typeof parameters === "object" &&
      parameters !== null &&
      samples.length <= 1 &&
      samples.every((one) => typeof one === "string");
    if (!whole) return null;
    const { batchSize, pivots } = parameters as { batchSize?: unknown; pivots?: object };
    parseParameters({ batchSize, ...pivots });
    return weights;
  } catch {
    return null;
  }
}
