/** Words and table of the window that wanders over the text layers. */
import { formatCount, plural } from "../format.ts";
import { type ChartTable, tableOf } from "../frame/table.ts";
import type { WindowData, WindowPoint } from "./data.ts";
import { directionText, estimateText, formatMetric, isMeasured, samplesText } from "./estimates.ts";

/** "layers 3–6". */
export function windowName({ size }: Pick<WindowData, "size">, first: number): string {
  return size === 1 ? `layer ${first}` : `layers ${first}–${first + size - 1}`;
}

/** Mean CMDS of the layers of a window; null without any. */
export function windowCmds({ cmds, size }: Pick<WindowData, "cmds" | "size">, first: number): number | null {
  const own = cmds.slice(first, first + size).filter(Number.isFinite);
  return own.length > 0 ? own.reduce((sum, value) => sum + value, 0) / own.length : null;
}

/** One position in words. */
export function windowReadout(data: WindowData, point: WindowPoint): string {
  const cmds = windowCmds(data, point.first);
  const shift = cmds === null ? "" : `; mean CMDS there ${cmds.toFixed(3)}`;
  return `Without the MLPs of text ${windowName(data, point.first)}: ${data.metric.label} ${estimateText(data.metric, point)} over ${samplesText([point.count])}${shift}.`;
}

/** What the chart shows, as sentences for people who do not see it. */
export function windowSummary(data: WindowData): string {
  const { metric, size, dense } = data;
  const points = data.points.filter(isMeasured);
  const sign = metric.betterWhen === "higher" ? 1 : -1;
  const ranked = points.toSorted((a, b) => sign * (a.mean - b.mean));
  const [worst, best] = [ranked[0], ranked.at(-1)];
  const head = `${metric.label} (${directionText(metric)}) with the MLPs of ${plural(size, "neighbouring text layer")} zeroed.`;
  if (!worst || !best) return `${head} Nothing measured yet.`;
  const sentences = [
    head,
    `${plural(points.length, "position")}: worst without ${windowName(data, worst.first)} (${formatMetric(metric, worst.mean)}), least harm without ${windowName(data, best.first)} (${formatMetric(metric, best.mean)}).`,
  ];
  if (isMeasured(dense)) sentences.push(`The whole model has ${formatMetric(metric, dense.mean)}.`);
  const peak = data.cmds.indexOf(Math.max(...data.cmds));
  if (peak >= 0) sentences.push(`CMDS is highest in layer ${formatCount(peak)} (${data.cmds[peak]?.toFixed(2)}).`);
  return sentences.join(" ");
}

/** What the strip of CMDS shows. */
export function cmdsSummary({ cmds }: Pick<WindowData, "cmds">): string {
  const values = cmds.flatMap((value, layer) => (Number.isFinite(value) ? [`layer ${layer} ${value.toFixed(2)}`] : []));
  return `CMDS of the MLP of every text layer, from 0: ${values.join(", ")}.`;
}

/** One row for each position. */
export function windowTable(data: WindowData): ChartTable {
  const { metric } = data;
  const number = (label: string) => ({
    label,
    kind: "number" as const,
    format: (v: number) => formatMetric(metric, v),
  });
  return tableOf(
    [
      { label: "First layer", kind: "number" },
      { label: "Last layer", kind: "number" },
      number(metric.unit ? `${metric.label} (${metric.unit})` : metric.label),
      number("95 % from"),
      number("95 % to"),
      { label: "Samples", kind: "number" },
      { label: "Mean CMDS of the layers", kind: "number", format: (value) => value.toFixed(3) },
    ],
    data.points
      .toSorted((a, b) => a.first - b.first)
      .map(({ first, mean, low, high, count }) => [
        first,
        first + data.size - 1,
        mean,
        low,
        high,
        count,
        windowCmds(data, first),
      ]),
  );
}
