/** Experiment descriptions: built from parts, and read from files with checks that name the field at fault. */
import * as v from "valibot";
import { PivotscopeError, reworded } from "../errors.ts";
import { parseJson, readJson, textSource } from "../json/read.ts";
import { anything, flag, integer, list, number, object, objectOnly, text } from "../json/schemas.ts";
import { showValue } from "../json/show.ts";
import { checkVersion } from "../json/version.ts";
import { methodNamed } from "../methods/index.ts";
import { parseParameters } from "../parameters/parse.ts";
import type { ExperimentDescription, Series } from "./experiment.ts";

export const DESCRIPTION_VERSION = 1;

/** Most series, ratios, samples per family and layers of a window that one experiment may have. */
export const DESCRIPTION_LIMITS = { series: 32, ratios: 101, samplesPerFamily: 100_000, size: 1024 } as const;

/** Letters, digits, dots, underscores and hyphens: an id stands in cell ids, file names and CSV columns. */
const ID = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;
const NEEDED_ID = "1 to 64 letters, digits, dots, underscores or hyphens";
const NEEDED_LABEL = "1 to 100 letters";

const SOURCE = textSource("description", "The description");

const kindSchema = object({ kind: v.picklist(["sweep", "windows"], '"sweep" or "windows"') });

const common = {
  version: integer(0),
  kind: text,
  samplesPerFamily: v.nullish(integer(1, DESCRIPTION_LIMITS.samplesPerFamily), null),
  generate: v.nullish(flag, true),
};

const windowsSchema = objectOnly({ ...common, size: integer(1, DESCRIPTION_LIMITS.size) });

const seriesSchema = objectOnly({
  id: v.pipe(v.string(NEEDED_ID), v.regex(ID, NEEDED_ID)),
  label: v.nullish(
    v.pipe(
      v.string(NEEDED_LABEL),
      v.check((label) => label.trim() !== "" && label.length <= 100, NEEDED_LABEL),
    ),
  ),
  method: text,
  parameters: anything,
});

const sweepSchema = objectOnly({
  ...common,
  series: list(seriesSchema, { least: 1, most: DESCRIPTION_LIMITS.series }),
  ratios: list(number(0, 1), { least: 1, most: DESCRIPTION_LIMITS.ratios }),
});

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
  return readDescription(parseJson(text, SOURCE));
}

/**
 * Checks a description that comes from outside. Absent `samplesPerFamily` is null, absent `generate` true, an absent
 * label the method's, absent parameters the paper's values; a field that nobody reads is refused.
 *
 * @throws PivotscopeError `bad-input` naming the first field at fault, what was found and what is allowed; `unsupported`
 *   for another version; `not-found` for an unknown method.
 */
export function readDescription(found: unknown): ExperimentDescription {
  checkVersion(found, DESCRIPTION_VERSION, SOURCE, "Write the description for this program.");
  const { kind } = readJson(kindSchema, found, SOURCE);
  if (kind === "windows") {
    const { samplesPerFamily, generate, size } = readJson(windowsSchema, found, SOURCE);
    return { version: DESCRIPTION_VERSION, samplesPerFamily, generate, kind, size };
  }
  const { samplesPerFamily, generate, series, ratios } = readJson(sweepSchema, found, SOURCE);
  refuseRepeats(
    "series",
    series.map(({ id }) => id),
  );
  refuseRepeats("ratios", ratios);
  return {
    version: DESCRIPTION_VERSION,
    samplesPerFamily,
    generate,
    kind,
    series: series.map((one, index) => completeSeries(`series[${index}]`, one)),
    // In ascending order, whatever order they are given in.
    ratios: [...ratios].sort((a, b) => a - b),
  };
}

function completeSeries(field: string, { id, label, ...given }: v.InferOutput<typeof seriesSchema>): Series {
  const method = within(field, "method", () => methodNamed(given.method));
  const parameters = within(field, "parameters", () => parseParameters(given.parameters ?? {}));
  return { id, label: label ?? method.label, method: method.name, parameters };
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
