/** `sweep-table`: what a sweep found, as a table at one ratio or as CSV over all. */
import { inFile, PivotscopeError } from "../core/errors.ts";
import { familiesOf } from "../core/experiments/estimate.ts";
import type { ExperimentResult } from "../core/experiments/experiment.ts";
import { parseResult } from "../core/experiments/result-json.ts";
import { cellsAt, curvesCsv, metricTable } from "../core/experiments/table.ts";
import { defineCommand } from "./command.ts";
import { openDestination } from "./destination.ts";
import { readText } from "./files.ts";
import { printable } from "./printable.ts";

const options = {
  ratio: { type: "number", value: "R", explanation: "Ratio of the table; needed where the sweep has several." },
  family: {
    type: "text",
    value: "NAME",
    explanation: "Only this question family; else all samples.",
    excludes: ["csv"],
  },
  csv: { type: "flag", explanation: "All ratios, metrics and families as CSV instead." },
  out: { type: "text", value: "FILE", explanation: "Where to write; standard output when absent." },
} as const;

export const sweepTable = defineCommand({
  name: "sweep-table",
  summary: "Print what a sweep found: all metrics at a ratio, or curves as CSV.",
  notes:
    "Means with 95 % bootstrap intervals over samples. The best of the pruned models that reached the same ratio stands in bold.",
  files: { minimum: 1, maximum: 1 },
  options,
  async run(given, context, [file = ""]) {
    const destination = await openDestination(given.out, context, { inputs: [file] });
    const text = await readText(file);
    const result = inFile(file, () => parseResult(text));
    const table = inFile(file, () => {
      if (given.csv) return curvesCsv(result, cellsAt(result, given.ratio ?? null));
      return metricTable(result, cellsAt(result, placeOf(result, given.ratio)), familyOf(result, given.family));
    });
    await destination.write(`${printable(table)}\n`);
  },
});

/** The ratio of the table; null, which stands for all cells, for windows. */
function placeOf({ description }: ExperimentResult, asked: number | undefined): number | null {
  if (description.kind === "windows") return null;
  const { ratios } = description;
  const [only] = ratios;
  if (asked === undefined && ratios.length === 1 && only !== undefined) return only;
  if (asked !== undefined && ratios.includes(asked)) return asked;
  const found = asked === undefined ? "no ratio is named" : `ratio ${asked} was not measured`;
  throw new PivotscopeError("bad-input", `${found}.`, `Give --ratio with one of ${ratios.join(", ")}.`);
}

function familyOf(result: ExperimentResult, asked: string | undefined): string | null {
  const families = familiesOf(result);
  if (asked === undefined) return null;
  if (families.includes(asked)) return asked;
  throw new PivotscopeError(
    "not-found",
    `There is no question family "${asked}".`,
    families.length === 0 ? "The samples have no families." : `Use one of ${families.join(", ")}.`,
  );
}
