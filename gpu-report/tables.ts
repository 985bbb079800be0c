/** The tables of docs/performance.md that are made from reports. Pure. */
import { formatNumber, formatSpread } from "./format.ts";
import type { Measurement, Report } from "./schema.ts";

export const BEGIN = "<!-- Made from docs/gpu-reports by `npm run gpu-report:table`. -->";
export const END = "<!-- End of the tables that are made. -->";

const MEASURED = ["load", "prefill", "decode", "calibration"] as const;

function row(cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll("|", "/")).join(" | ")} |`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [row(head), row(head.map(() => "---")), ...rows.map(row)].join("\n");
}

function deviceOf({ adapter }: Report): string {
  return adapter.software === null ? adapter.name : `${adapter.name} (software)`;
}

function deviceRow(report: Report): readonly string[] {
  const { machine, program, made, checks, comparisons } = report;
  const count = (wanted: string) => checks.filter(({ status }) => status === wanted).length;
  const parts = [`${count("passed")} passed`, `${count("failed")} failed`, `${count("skipped")} not run`];
  const ratios = comparisons.map(({ ratio }) => (ratio === null ? "–" : formatNumber(ratio)));
  return [
    deviceOf(report),
    `${machine.platform} ${machine.architecture}, ${machine.runtime}, ${program.webgpu}`,
    made.slice(0, 10),
    parts.filter((part) => !part.startsWith("0 ")).join(", "),
    ratios.join("; "),
  ];
}

/** One row for each model and precision that was measured. */
function modelRows(report: Report): readonly (readonly string[])[] {
  const groups = new Map<string, Measurement[]>();
  for (const measurement of report.measurements) {
    const key = `${measurement.model} ${measurement.precision}`;
    groups.set(key, [...(groups.get(key) ?? []), measurement]);
  }
  return [...groups.values()]
    .filter((group) => group.some(({ value }) => value !== null))
    .map((group) => [
      deviceOf(report),
      group[0]?.model ?? "",
      group[0]?.precision ?? "",
      ...MEASURED.map((name) => {
        const found = group.find((measurement) => measurement.name === name);
        return found?.value ? formatSpread(found.value) : "–";
      }),
    ]);
}

/** Both tables, devices by name, as they stand between the marks of docs/performance.md. */
export function reportTables(reports: readonly Report[]): string {
  const sorted = reports.toSorted((a, b) => deviceOf(a).localeCompare(deviceOf(b)) || a.made.localeCompare(b.made));
  return [
    table(["device", "system", "made", "checks", "composed by fused"], sorted.map(deviceRow)),
    table(
      ["device", "model", "precision", "load, s", "prefill, tokens/s", "decode, tokens/s", "calibration, s/sample"],
      sorted.flatMap(modelRows),
    ),
  ].join("\n\n");
}

/**
 * The document with the tables between its marks.
 * @throws Error where it has none.
 */
export function withTables(document: string, tables: string): string {
  const begin = document.indexOf(BEGIN);
  const end = document.indexOf(END);
  if (begin < 0 || end < begin) throw new Error(`The document has no "${BEGIN}" with "${END}" behind it.`);
  return `${document.slice(0, begin + BEGIN.length)}\n\n${tables}\n\n${document.slice(end)}`;
}
