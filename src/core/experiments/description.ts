/** Experiment descriptions: built from parts, and read from files with checks that name the field at fault. */
import { PivotscopeError, reworded } from "../errors.ts";
import {
  type JsonObject,
  parseJson,
  readField,
  readInteger,
  readNumber,
  readObject,
  readString,
  showValue,
} from "../json-check.ts";
import { methodNamed } from "../methods/index.ts";
import { parseParameters } from "../parameters/parse.ts";
import type { ExperimentDescription, Series } from "./experiment.ts";

export const DESCRIPTION_VERSION = 1;

/** Most series, ratios, samples per family and layers of a window that one experiment may have. */
export const DESCRIPTION_LIMITS = { series: 32, ratios: 101, samplesPerFamily: 100_000, size: 1024 } as const;

/** Letters, digits, dots, underscores and hyphens: an id stands in cell ids, file names and CSV columns. */
const ID = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

interface Common {
  /** All samples when null. */
  readonly samplesPerFamily: number | null;
  readonly generate: boolean;
}

/**
 * Methods (or variants of one) over ratios.
 * @throws PivotscopeError `bad-input` as `readDescription`.
 */
export function sweepDescription(
  parts: Common & { readonly series: readonly Series[]; readonly ratios: readonly number[] },
): ExperimentDescription {
  const { series, ratios, samplesPerFamily, generate } = parts;
  return readDescription({ version: DESCRIPTION_VERSION, kind: "sweep", samplesPerFamily, generate, series, ratios });
}

/** A window of `size` neighbouring text layers whose MLPs are zeroed, at every position. @throws as `readDescription`. */
export function windowsDescription(parts: Common & { readonly size: number }): ExperimentDescription {
  const { size, samplesPerFamily, generate } = parts;
  return readDescription({ version: DESCRIPTION_VERSION, kind: "windows", samplesPerFamily, generate, size });
}

/** Fields in one order and every parameter stated: descriptions are the same when these texts are. */
export function serialiseDescription(description: ExperimentDescription): string {
  return JSON.stringify(readDescription(description));
}

/** @throws PivotscopeError `bad-input` when the text is not JSON, and as `readDescription`. */
export function parseDescription(text: string): ExperimentDescription {
  return readDescription(parseJson(text, "The description"));
}

/**
 * Checks a description that comes from outside. Absent `samplesPerFamily` is null, absent `generate` true, an absent
 * label the method's, absent parameters the paper's values; a field that nobody reads is refused.
 *
 * @throws PivotscopeError `bad-input` naming the first field at fault, what was found and what is allowed; `unsupported`
 *   for another version; `not-found` for an unknown method.
 */
export function readDescription(found: unknown): ExperimentDescription {
  const file = readObject("description", found);
  const version = readInteger("version", readField("", file, "version"), 0, Number.MAX_SAFE_INTEGER);
  if (version !== DESCRIPTION_VERSION) {
    throw new PivotscopeError(
      "unsupported",
      `version: found ${version}, this program reads version ${DESCRIPTION_VERSION}.`,
      "Write the description for this program.",
    );
  }
  const kind = readString("kind", readField("", file, "kind"));
  const common = {
    version: DESCRIPTION_VERSION,
    samplesPerFamily: readSamplesPerFamily(file.samplesPerFamily ?? null),
    generate: readFlag("generate", file.generate ?? true),
  } as const;
  if (kind === "windows") {
    refuseOthers("", file, ["version", "kind", "samplesPerFamily", "generate", "size"]);
    return { ...common, kind, size: readInteger("size", readField("", file, "size"), 1, DESCRIPTION_LIMITS.size) };
  }
  if (kind !== "sweep") {
    throw new PivotscopeError("bad-input", `kind: found ${showValue(kind)}, expected "sweep" or "windows".`);
  }
  refuseOthers("", file, ["version", "kind", "samplesPerFamily", "generate", "series", "ratios"]);
  return {
    ...common,
    kind,
    series: readSeriesList(readField("", file, "series")),
    ratios: readRatios(readField("", file, "ratios")),
  };
}

function readSamplesPerFamily(found: unknown): number | null {
  return found === null ? null : readInteger("samplesPerFamily", found, 1, DESCRIPTION_LIMITS.samplesPerFamily);
}

function readFlag(field: string, found: unknown): boolean {
  if (typeof found === "boolean") return found;
  throw new PivotscopeError("bad-input", `${field}: found ${showValue(found)}, expected true or false.`);
}

function readList(field: string, found: unknown, most: number): readonly unknown[] {
  if (Array.isArray(found) && found.length >= 1 && found.length <= most) return found;
  const shown = Array.isArray(found) ? `${found.length} entries` : showValue(found);
  throw new PivotscopeError("bad-input", `${field}: found ${shown}, expected a list of 1 to ${most} entries.`);
}

/** In ascending order, whatever order they are given in. */
function readRatios(found: unknown): readonly number[] {
  const ratios = readList("ratios", found, DESCRIPTION_LIMITS.ratios).map((ratio, index) =>
    readNumber(`ratios[${index}]`, ratio, 0, 1),
  );
  refuseRepeats("ratios", ratios);
  return [...ratios].sort((a, b) => a - b);
}

function readSeriesList(found: unknown): readonly Series[] {
  const series = readList("series", found, DESCRIPTION_LIMITS.series).map((one, index) =>
    readSeries(`series[${index}]`, one),
  );
  refuseRepeats(
    "series",
    series.map(({ id }) => id),
  );
  return series;
}

function readSeries(field: string, found: unknown): Series {
  const given = readObject(field, found);
  refuseOthers(`${field}.`, given, ["id", "label", "method", "parameters"]);
  const id = readString(`${field}.id`, readField(field, given, "id"));
  if (!ID.test(id)) {
    throw new PivotscopeError(
      "bad-input",
      `${field}.id: found ${showValue(id)}, expected 1 to 64 letters, digits, dots, underscores or hyphens.`,
    );
  }
  const name = readString(`${field}.method`, readField(field, given, "method"));
  const method = within(field, "method", () => methodNamed(name));
  const label = readString(`${field}.label`, given.label ?? method.label);
  if (label.trim() === "" || label.length > 100) {
    throw new PivotscopeError("bad-input", `${field}.label: found ${label.length} letters, expected 1 to 100.`);
  }
  const parameters = within(field, "parameters", () => parseParameters(given.parameters ?? {}));
  return { id, label, method: method.name, parameters };
}

/** Puts the place in the file before a message that does not know it. */
function within<Value>(field: string, name: string, read: () => Value): Value {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof PivotscopeError)) throw error;
    const message = error.message.startsWith(name) ? `${field}.${error.message}` : `${field}.${name}: ${error.message}`;
    throw reworded(error, message);
  }
}

function refuseRepeats(field: string, values: readonly (string | number)[]): void {
  const repeated = values.find((value, index) => values.indexOf(value) !== index);
  if (repeated === undefined) return;
  throw new PivotscopeError("bad-input", `${field}: ${showValue(repeated)} is listed twice.`);
}

function refuseOthers(prefix: string, object: JsonObject, known: readonly string[]): void {
  const stranger = Object.keys(object).find((name) => !known.includes(name));
  if (stranger === undefined) return;
  throw new PivotscopeError(
    "bad-input",
    `${prefix}${stranger}: there is no such field.`,
    `Use some of ${known.join(", ")}.`,
  );
}
