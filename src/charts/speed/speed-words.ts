/** Words and tables of measured speeds. */
import { formatBytes } from "../../core/format-bytes.ts";
import {
  fileBytes,
  type SpeedFigures,
  type SpeedGains,
  type SpeedPoint,
  type Spread,
  type TraceLength,
} from "../../core/speed/speed.ts";
import { formatCount, formatShare, plural } from "../format.ts";
import { type Cell, type ChartTable, tableOf } from "../frame/table.ts";
import { type SpeedData, timesLength } from "./speed.ts";
import { widthsGain } from "./widths-gain.ts";

/** "1.70 times". */
export function formatTimes(value: number): string {
  return Number.isFinite(value) ? `${value.toFixed(2)} times` : "–";
}

function lengthText({ tokens, ended }: TraceLength): string {
  return `${plural(tokens, "token")}${ended ? "" : ", cut off"}`;
}

export function speedReadout(data: SpeedData, point: SpeedPoint): string {
  const { decode, ideal } = point.gains;
  const gain = widthsGain(point);
  const beside = gain ? `, ${gain}` : "";
  return `At ${formatShare(point.asked)}: writes ${formatTimes(decode.median)} as fast (${decode.lowest.toFixed(2)} to ${decode.highest.toFixed(2)})${beside}, its bytes allow ${formatTimes(ideal)}; its own reasoning is ${lengthText(point.trace)}, ${formatTimes(timesLength(data, point))} the dense one's.`;
}

export function speedSummary(data: SpeedData): string {
  const head = "Speed of the sliced model, times the dense model's, over the pruning ratio.";
  const points = data.points.map((point) => {
    const { decode, ideal } = point.gains;
    return `At ${formatShare(point.asked)} ${decode.median.toFixed(2)}, by bytes ${ideal.toFixed(2)}, length ${timesLength(data, point).toFixed(2)}.`;
  });
  return [head, ...points].join(" ");
}

/** One row for each ratio; what width options gain where a ratio has it. */
export function speedTable(data: SpeedData): ChartTable {
  const shaped = data.points.some(({ own }) => own !== null);
  const number = (label: string) => ({ label, kind: "number" as const, format: (value: number) => value.toFixed(2) });
  return tableOf(
    [
      { label: "Asked", kind: "number", format: (value) => formatShare(value, 1) },
      { label: "Reached", kind: "number", format: (value) => formatShare(value, 1) },
      number("Decode, times as fast"),
      number("lowest"),
      number("highest"),
      number("Its bytes allow"),
      number("First token, times as fast"),
      { label: "Its own reasoning, tokens", kind: "number" },
      number("times the dense one's"),
      number("Dense, tokens/s"),
      number("Sliced, tokens/s"),
      ...(shaped ? ["Own widths, tokens/s", "times as fast as own widths", "lowest", "highest"].map(number) : []),
    ],
    data.points.map((point) => {
      const { decode, firstToken, ideal } = point.gains;
      return [
        ...[point.asked, point.reached, decode.median, decode.lowest, decode.highest, ideal, firstToken.median],
        ...[point.trace.tokens, timesLength(data, point), point.dense.decode.median, point.sliced.decode.median],
        ...(shaped ? ownCells(point) : []),
      ];
    }),
  );
}

function ownCells({ own }: SpeedPoint): readonly Cell[] {
  if (!own) return [null, null, null, null];
  const { median, lowest, highest } = own.gains.decode;
  return [own.figures.decode.median, median, lowest, highest];
}

interface TimedModel {
  readonly figures: SpeedFigures;
  readonly parameters: number;
  readonly trace: TraceLength;
}

/** Seconds that a model takes for an answer of its own length, by its medians. */
function answerSeconds({ figures: { firstToken, decode }, trace: { tokens } }: TimedModel): number {
  return firstToken.median / 1000 + Math.max(0, tokens - 1) / decode.median;
}

/**
 * Dense against sliced at one ratio, one row for each figure; where widths were asked for, beside the sliced model of the
 * method's own plan.
 */
export function figuresTable({ dense: trace }: Pick<SpeedData, "dense">, point: SpeedPoint): ChartTable {
  const { own } = point;
  const dense = { figures: point.dense, parameters: point.denseParameters, trace };
  const sliced = { figures: point.sliced, parameters: point.slicedParameters, trace: point.trace };
  const models: readonly TimedModel[] = [dense, sliced, ...(own ? [own] : [])];
  const rate = ({ median, lowest, highest }: Spread) => `${digits(median)} (${digits(lowest)}–${digits(highest)})`;
  const row = (name: string, of: (model: TimedModel) => number, text: (value: number) => string): readonly Cell[] => [
    ...[name, ...models.map((model) => text(of(model)))],
    ...[dense, ...(own ? [own] : [])].map((other) => factor(of(sliced) / of(other))),
  ];
  const spread = (
    name: string,
    of: (figures: SpeedFigures) => Spread,
    gain: (gains: SpeedGains) => number,
  ): readonly Cell[] => [
    ...[name, ...models.map(({ figures }) => rate(of(figures)))],
    ...[point.gains, ...(own ? [own.gains] : [])].map((gains) => factor(gain(gains))),
  ];
  const labels = own ? ["Dense", "Sliced", "Sliced, own widths"] : ["Dense", "Sliced"];
  const factors = own ? ["Sliced / dense", "Sliced / own widths"] : ["Sliced / dense"];
  return tableOf(
    ["What", ...labels, ...factors].map((label) => ({ label, kind: "text" })),
    [
      spread(
        "Writes, tokens/s (decode)",
        ({ decode }) => decode,
        ({ decode }) => decode.median,
      ),
      spread(
        "Reads the prompt, tokens/s (prefill)",
        ({ prefill }) => prefill,
        ({ firstToken }) => firstToken.median,
      ),
      spread(
        "Time to first token, ms",
        ({ firstToken }) => firstToken,
        ({ firstToken }) => 1 / firstToken.median,
      ),
      row(
        "Its own reasoning",
        ({ trace: { tokens } }) => tokens,
        (value) => plural(value, "token"),
      ),
      row("Time for that reasoning", answerSeconds, (value) => `${value.toFixed(2)} s`),
      row("Weights on the backend", ({ figures }) => figures.weightBytes + figures.copyBytes, formatBytes),
      row("Keys and values (KV cache)", ({ figures }) => figures.cacheBytes, formatBytes),
      row("Most bytes of the backend at a time", ({ figures }) => figures.peakBytes, formatBytes),
      row("File, 16 bits a number", ({ parameters }) => fileBytes(parameters), formatBytes),
      row("Bytes read a token, at least", ({ figures }) => figures.ideal.bytes, formatBytes),
      row("Operations a token, at least", ({ figures }) => figures.ideal.operations, formatCount),
    ],
  );
}

function factor(value: number): string {
  return Number.isFinite(value) ? `× ${value.toFixed(2)}` : "–";
}

function digits(value: number): string {
  return value >= 100 ? formatCount(value) : value.toPrecision(3);
}
