/** Reads statistics from a safetensors file, see format.ts. */
import * as v from "valibot";
import { PivotscopeError } from "../../core/errors.ts";
import { type FieldSource, fileSource, parseJson, readJson } from "../../core/json/read.ts";
import { anyObject, integer, type JsonObject, mapOf, numbers, object, positive } from "../../core/json/schemas.ts";
import type { BaselineStatistics, InputStatistics, MatrixTerms, Statistics } from "../../core/statistics.ts";
import {
  INPUT_NAMES,
  MATRIX_NAMES,
  MATRIX_TERM_NAMES,
  validateBaselines,
  validateStatistics,
} from "../../core/statistics-check.ts";
import type { UnitLayout } from "../../core/unit.ts";
import { parseSafetensorsHeader, type SafetensorsHeader } from "../safetensors-header.ts";
import { STATISTICS_FORMAT, TENSORS } from "./format.ts";

export interface StatisticsFile {
  readonly statistics: Statistics;
  /** What the file says beside the numbers, as it stands there. */
  readonly about: JsonObject;
}

const HINT = "Calibrate this model again, or open the statistics that were made for it.";

const lineShape = numbers(1, { length: 2, whole: true, maximum: Number.MAX_SAFE_INTEGER });

const aboutSchema = object({
  calibration: object({ samples: integer(1), batches: integer(1), pivot_batches: integer(0) }),
  unit_cost: mapOf(positive),
  lines: v.optional(mapOf(lineShape)),
});

/** Whether bytes begin as a safetensors file does: its header is an object of JSON, behind eight bytes of its length. */
export function looksLikeSafetensors(bytes: Uint8Array): boolean {
  return bytes.length > 8 && bytes[8] === "{".charCodeAt(0);
}

/**
 * @param file its name, for messages.
 * @throws PivotscopeError `bad-input` naming what is absent, of another format, or does not fit the model's layout;
 * `bad-checkpoint` where it is damaged as a safetensors file.
 */
export function readStatistics(bytes: Uint8Array, file: string, layout: UnitLayout): StatisticsFile {
  const header = parseSafetensorsHeader(bytes, bytes.length, file);
  const source = fileSource(file, { code: "bad-input" });
  const about = aboutIn(header, file);
  const facts = readJson(aboutSchema, about, source);
  checkCosts(facts.unit_cost, layout, file);
  const tensors = openTensors(bytes, header, file);
  const statistics: Statistics = {
    attributionGlobal: tensors.list(TENSORS.global),
    attributionPivot: tensors.list(TENSORS.pivot),
    cmds: tensors.list(TENSORS.cmds),
    sens: tensors.list(TENSORS.sens),
    samples: facts.calibration.samples,
    batches: facts.calibration.batches,
    pivotBatches: facts.calibration.pivot_batches,
    baselines: facts.lines ? readBaselines(layout, tensors, facts.lines, source) : null,
  };
  validateStatistics(layout, statistics);
  if (statistics.baselines) validateBaselines(layout, statistics.baselines);
  return { statistics, about };
}

/** What the file says beside the numbers, as it stands there. @throws PivotscopeError as `readStatistics`. */
export function readAbout(bytes: Uint8Array, file: string): JsonObject {
  return aboutIn(parseSafetensorsHeader(bytes, bytes.length, file), file);
}

function aboutIn({ metadata }: SafetensorsHeader, file: string): JsonObject {
  const format = metadata.get("format");
  if (format !== STATISTICS_FORMAT) {
    const found = format === undefined ? "no format" : `the format "${format}"`;
    throw new PivotscopeError("bad-input", `${file}: found ${found}, expected "${STATISTICS_FORMAT}".`, HINT);
  }
  const source = fileSource(file, { code: "bad-input" });
  return readJson(anyObject, parseJson(metadata.get("about") ?? "{}", source), source);
}

function checkCosts(costs: ReadonlyMap<string, number>, layout: UnitLayout, file: string): void {
  for (const { tower, kind, unitCost } of layout.modules) {
    const found = costs.get(`${tower}.${kind}`);
    if (found === unitCost) continue;
    const what = found === undefined ? "no cost" : `a cost of ${found} parameters`;
    throw new PivotscopeError(
      "bad-input",
      `${file}: found ${what} for a unit of ${tower}.${kind}, expected ${unitCost}.`,
      HINT,
    );
  }
}

interface Tensors {
  has(name: string): boolean;
  /** A tensor of one axis. */
  list(name: string): Float64Array;
  /** The rows of a tensor of two axes. */
  rows(name: string, count: number): readonly Float64Array[];
}

function openTensors(bytes: Uint8Array, { tensors }: SafetensorsHeader, file: string): Tensors {
  function read(name: string, axes: number): { readonly shape: readonly number[]; readonly values: Float64Array } {
    const info = tensors.get(name);
    if (info?.dtype !== "F32" || info.shape.length !== axes) {
      const found = info ? `${info.dtype} [${info.shape.join(", ")}]` : "nothing";
      throw new PivotscopeError(
        "bad-input",
        `${file}: tensor "${name}": found ${found}, expected F32 of ${axes} axes.`,
        HINT,
      );
    }
    // A view of floats wants an address that four divides, which the header's length may not leave.
    const floats = new Float32Array(bytes.slice(info.begin, info.end).buffer);
    return { shape: info.shape, values: Float64Array.from(floats) };
  }
  return {
    has: (name) => tensors.has(name),
    list: (name) => read(name, 1).values,
    rows(name, count) {
      const { shape, values } = read(name, 2);
      const [found = 0, length = 0] = shape;
      if (found !== count) {
        throw new PivotscopeError(
          "bad-input",
          `${file}: tensor "${name}": found ${found} rows, expected ${count}.`,
          HINT,
        );
      }
      return Array.from({ length: count }, (_, row) => values.subarray(row * length, (row + 1) * length));
    },
  };
}

function readBaselines(
  layout: UnitLayout,
  tensors: Tensors,
  lines: ReadonlyMap<string, readonly number[]>,
  source: FieldSource,
): BaselineStatistics {
  const modules = layout.modules.map(({ key }) => {
    const present = MATRIX_NAMES.filter((matrix) => tensors.has(`${key}.${matrix}`));
    return {
      matrices: present.map((matrix): MatrixTerms => {
        const name = `${key}.${matrix}`;
        const rows = tensors.rows(name, MATRIX_TERM_NAMES.length);
        const [linesPerUnit = 0, lineLength = 0] = readJson(lineShape, lines.get(name), source, `lines.${name}`);
        return {
          matrix,
          linesPerUnit,
          lineLength,
          ...named(MATRIX_TERM_NAMES, rows),
        };
      }),
      input: named(INPUT_NAMES, tensors.rows(`${key}.input`, INPUT_NAMES.length)) satisfies InputStatistics,
    };
  });
  return { modules, probabilityAttribution: tensors.list(TENSORS.probability) };
}

function named<Name extends string>(names: readonly Name[], rows: readonly Float64Array[]): Record<Name, Float64Array> {
  return Object.fromEntries(names.map((name, place) => [name, rows[place]])) as Record<Name, Float64Array>;
}
