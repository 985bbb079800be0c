/** A chart as a file: its picture as it stands on the page, or its numbers. */
import type { ChartContext } from "../frame/chart-context.ts";
import type { ChartTable } from "../frame/table.ts";
import { paintPng } from "../picture/paint.ts";
import { readPage } from "../picture/read-page.ts";
import type { Scene } from "../picture/scene.ts";
import { writeSvg } from "../picture/write-svg.ts";
import { toCsv } from "./csv.ts";
import { download } from "./download.ts";
import { fileName } from "./file-name.ts";
import { whoseLine } from "./whose-line.ts";

export type ChartFormat = "png" | "svg" | "csv";

export interface SavedChart {
  readonly title: string;
  readonly sentence: string;
  /** Whose the numbers on it are. */
  readonly context: ChartContext;
  /** What the CSV holds. */
  readonly table: () => ChartTable;
}

export async function saveChart(chart: SavedChart, section: HTMLElement, format: ChartFormat): Promise<void> {
  const { title, context } = chart;
  const name = fileName({ ...context, ratio: context.ratioText ?? context.ratio, title }, format);
  if (format === "csv") return download(name, toCsv(chart.table()), "text/csv;charset=utf-8");
  const scene = chartScene(chart, section);
  if (format === "svg") return download(name, writeSvg(scene), "image/svg+xml");
  download(name, await paintPng(scene, pageFaces(section)));
}

/** The picture of the chart that stands in `section`, with so many CSS pixels around it where that is said. */
export function chartScene({ title, sentence, context }: SavedChart, section: HTMLElement, margin?: number): Scene {
  return readPage(section, { title, description: `${whoseLine(context)}. ${sentence}` }, margin);
}

function pageFaces(section: HTMLElement) {
  const style = getComputedStyle(section);
  return { text: style.fontFamily, mono: style.getPropertyValue("--font-mono") };
}
