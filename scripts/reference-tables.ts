/** The tables of docs/results.md, made of the reference results, and where they stand in it. */
import { MUCRASP_FIGURES } from "../src/charts/experiments/paper.ts";
import type { Estimate } from "../src/core/experiments/experiment.ts";
import {
  type AblationCell,
  originText,
  type ReferenceCell,
  type ReferenceResults,
  type ReferenceSeries,
} from "../src/core/experiments/reference.ts";

type Row = readonly string[];

const PAPER_RATIO = 0.3;

/** By the name that their marks in the document have. */
export function referenceTables(reference: ReferenceResults): Readonly<Record<string, string>> {
  const { methods, ablations } = reference;
  const ablationRatios = ratiosOf(ablations.cells);
  return {
    origin: originOf(reference),
    kl: overRatios(methods.series, methods.cells, ({ values }) => nats(values.kl)),
    exact: overRatios(methods.series, methods.cells, ({ values }) => percent(values.exactMatch)),
    judge: overRatios(methods.series, methods.cells, ({ values }) => score(values.judge)),
    reached: overRatios(methods.series, methods.cells, ({ reached }) => (100 * reached).toFixed(1)),
    paper: besidePaper(reference),
    ...Object.fromEntries(
      ablationRatios.map((ratio) => [`ablations-${Math.round(100 * ratio)}`, ablationsAt(reference, ratio)]),
    ),
    windows: windowsTable(reference),
  };
}

/** @throws Error where the document lacks the marks of a table, or has marks that there is no table for. */
export function replaceTables(document: string, tables: Readonly<Record<string, string>>): string {
  const marked = [...document.matchAll(/<!-- results: ([\w-]+) -->/g)].map(([, name = ""]) => name);
  const strange = marked.find((name) => !(name in tables));
  if (strange !== undefined) throw new Error(`There is no table "${strange}".`);
  return Object.entries(tables).reduce((text, [name, table]) => {
    const [start, end] = [`<!-- results: ${name} -->`, `<!-- end of results: ${name} -->`];
    const [from, to] = [text.indexOf(start), text.indexOf(end)];
    if (from < 0 || to < from) throw new Error(`The document has no lines "${start}" and "${end}".`);
    return `${text.slice(0, from + start.length)}\n\n${table}\n\n${text.slice(to)}`;
  }, document);
}

function originOf({ origin }: ReferenceResults): string {
  return `Measured: ${originText(origin)}; statistics of ${origin.calibration} samples, for ablations of ${origin.ablationCalibration}.`;
}

function overRatios<Cell extends ReferenceCell>(
  series: readonly ReferenceSeries[],
  cells: readonly Cell[],
  show: (cell: Cell) => string,
): string {
  const ratios = ratiosOf(cells);
  const rows = series.map(({ id, label }) => [
    label,
    ...ratios.map((ratio) => {
      const cell = cells.find((one) => one.series === id && one.ratio === ratio);
      return cell ? show(cell) : "–";
    }),
  ]);
  return table(["method", ...ratios.map((ratio) => `${Math.round(100 * ratio)} %`)], rows);
}

function ablationsAt({ ablations }: ReferenceResults, ratio: number): string {
  const rows = ablations.series.map(({ id, label }): Row => {
    const cell = ablations.cells.find((one) => one.series === id && one.ratio === ratio);
    if (!cell) return [label, "–", "–", "–", "–", "–"];
    const { reached, values } = cell;
    const figures = [nats(values.kl), percent(values.exactMatch), score(values.judge)];
    return [label, (100 * reached).toFixed(1), unlikeOf(cell), ...figures];
  });
  const head = ["variant", "reached, %", "units that differ", "mean KL, nats", "exact match, %", "judge score"];
  return table(head, rows);
}

function unlikeOf({ unlike }: AblationCell): string {
  if (unlike === null) return "";
  return unlike === 0 ? "none: the same plan" : `${(100 * unlike).toFixed(2)} %`;
}

/** The paper's figures at 30 %, and ours beside them. */
function besidePaper({ dense, methods }: ReferenceResults): string {
  const { rows } = MUCRASP_FIGURES;
  const names = [...rows.slice(1), ...rows.slice(0, 1)].map(({ label }) => label);
  const paper = (column: number) =>
    names.map((name) => rows.find(({ label }) => label === name)?.values[column]?.toFixed(2) ?? "–");
  const ours = (metric: string, show: (value: number) => string) =>
    names.map((name) => {
      const { id } = methods.series.find(({ label }) => label === name) ?? {};
      const cell = methods.cells.find(({ series, ratio }) => series === id && ratio === PAPER_RATIO);
      const found = (name === "dense" ? dense : cell?.values)?.[metric];
      return found ? show(found.mean) : "–";
    });
  return table(
    ["what", ...names],
    [
      ["judge score, paper", ...paper(0)],
      ["judge score, bundled model, exact judge", ...ours("judge", (value) => value.toFixed(2))],
      ["mean KL, nats, paper", ...paper(1)],
      ["mean KL, nats, bundled model", ...ours("kl", natsText)],
    ],
  );
}

/** Of the smallest windows that were measured. */
function windowsTable({ windows }: ReferenceResults): string {
  const smallest = windows.toSorted((a, b) => a.size - b.size)[0];
  const rows = (smallest?.points ?? []).map(({ first, values }): Row => {
    const layers = Array.from({ length: smallest?.size ?? 0 }, (_, place) => first + place);
    const cmds = layers.map((layer) => smallest?.cmds[layer]?.toFixed(2) ?? "–");
    return [layers.join(", "), cmds.join(", "), nats(values.kl), percent(values.exactMatch)];
  });
  return table(["layers without MLP", "CMDS of each", "mean KL, nats", "exact match, %"], rows);
}

function ratiosOf(cells: readonly ReferenceCell[]): readonly number[] {
  return [...new Set(cells.map(({ ratio }) => ratio))].sort((a, b) => a - b);
}

function nats(found: Estimate | undefined): string {
  return estimateText(found, natsText);
}

function natsText(value: number): string {
  if (value < 0.001) return value === 0 ? "0" : "<0.001";
  return value < 1 ? value.toPrecision(2) : value.toFixed(2);
}

function percent(found: Estimate | undefined): string {
  return estimateText(found, (value) => (100 * value).toFixed(0));
}

function score(found: Estimate | undefined): string {
  return estimateText(found, (value) => value.toFixed(1));
}

function estimateText(found: Estimate | undefined, show: (value: number) => string): string {
  return found ? `${show(found.mean)} (${show(found.low)}–${show(found.high)})` : "–";
}

function table(head: Row, rows: readonly Row[]): string {
  const line = (cells: Row) => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map((_, place) => (place === 0 ? "---" : "---:"))), ...rows.map(line)].join("\n");
}
