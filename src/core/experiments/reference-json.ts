/**
 * Reference results as a JSON file: as `ReferenceResults`, with an estimate as `[mean, low, high, samples]` and numbers at
 * four significant digits.
 */
import * as v from "valibot";
import { fileSource, readJson } from "../json/read.ts";
import { integer, list, mapOf, number, numbers, object, text } from "../json/schemas.ts";
import { checkVersion } from "../json/version.ts";
import type { Estimate } from "./experiment.ts";
import type { ReferenceResults } from "./reference.ts";

export const REFERENCE_VERSION = 1;
const DIGITS = 4;

const whole = integer(0);
const share = number(0, 1);
const estimate = v.pipe(
  numbers(-Number.MAX_VALUE, { length: 4 }),
  v.transform(([mean = 0, low = 0, high = 0, count = 0]): Estimate => ({ mean, low, high, count })),
);
const values = v.pipe(
  mapOf(estimate),
  v.transform((map) => Object.fromEntries(map)),
);
const place = object({ label: text, tokens: whole, estimate });
const places = v.pipe(
  list(place),
  v.transform((found) => found.map(({ label, tokens, estimate: own }) => ({ ...own, label, tokens }))),
);
const series = list(object({ id: text, label: text, method: text }));
const cell = { series: text, ratio: share, reached: share, values } as const;
const nats = number();
const kl = object({
  ...{ mean: nats, median: nats, quantile25: nats, quantile75: nats, quantile95: nats, minimum: nats, maximum: nats },
  ...{ notFinite: whole, counts: numbers(0, { whole: true }) },
});

const schema = object({
  origin: object({
    ...{ model: text, label: text, weightHash: text, device: text, version: text },
    ...{ samples: whole, calibration: whole, ablationCalibration: whole },
  }),
  edges: numbers(0),
  dense: values,
  methods: object({ series, cells: list(object({ ...cell, kl, byDistance: places, byStep: places })) }),
  ablations: object({
    series,
    cells: list(object({ ...cell, unlike: v.nullable(share), differences: values })),
  }),
  windows: list(object({ size: integer(1), cmds: numbers(), points: list(object({ first: whole, values })) })),
});

/**
 * @param found the file's content.
 * @throws PivotscopeError `bad-input` naming the field that is wrong, `unsupported` for another version.
 */
export function parseReference(found: unknown, file: string): ReferenceResults {
  const source = fileSource(file, { code: "bad-input", hint: "Restore the file from the project." });
  checkVersion(found, REFERENCE_VERSION, source, "Take the file that came with this version of the page.");
  return readJson(schema, found, source);
}

/** The file's text, ended by a line end: one line for each cell, so that changes are seen. */
export function serialiseReference({ origin, edges, dense, methods, ablations, windows }: ReferenceResults): string {
  const line = (value: unknown) => JSON.stringify(rounded(value));
  const lines = (cells: readonly unknown[]) => `[\n${cells.map(line).join(",\n")}\n]`;
  return `{"version":${REFERENCE_VERSION},
"origin":${JSON.stringify(origin)},
"edges":${JSON.stringify(edges)},
"dense":${line(dense)},
"methods":{"series":${JSON.stringify(methods.series)},"cells":${lines(methods.cells)}},
"ablations":{"series":${JSON.stringify(ablations.series)},"cells":${lines(ablations.cells)}},
"windows":${lines(windows)}}
`;
}

/** Estimates as lists, numbers with few digits. */
function rounded(value: unknown): unknown {
  if (typeof value === "number") return Number(value.toPrecision(DIGITS));
  if (Array.isArray(value)) return value.map(rounded);
  if (typeof value !== "object" || value === null) return value;
  if (!isEstimate(value)) return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, rounded(one)]));
  const { mean, low, high, count, ...place } = value;
  const list = [mean, low, high, count].map(rounded);
  return Object.keys(place).length === 0 ? list : { ...place, estimate: list };
}

function isEstimate(value: object): value is Estimate {
  return "mean" in value && "low" in value && "high" in value && "count" in value;
}
