/** Words and tables of measured speeds. */
import { formatBytes } from "../../core/format-bytes.ts";
import {
  fileBytes,
  type SpeedFigures,
  type SpeedPoint,
  type Spread,
  type TraceLength,
} from "../../core/speed/speed.ts";
import { formatCount, formatShare, plural } from "../format.ts";
import { type Cell, type ChartTable, tableOf } from "../frame/table.ts";
import { type SpeedData, timesLength } from "./speed.ts";

/** "1.70 times". */
export function formatTimes(value: number): string {
  return Number.isFinite(value) ? `${value.toFixed(2)} times` : "–";
}

function lengthText({ tokens, ended }: TraceLength): string {
  return `${plural(tokens, "token")}${ended ? "" : ", cut off"}`;
}

export function speedReadout(data: SpeedData, point: SpeedPoint): string {
  const { decode, ideal } = point.gains;
  return `At ${formatShare(point.asked)}: writes ${formatTimes(decode.median)} as fast (${decode.lowest.toFixed(2)} to ${decode.highest.toFixed(2)}), its bytes allow ${formatTimes(ideal)}; its own reasoning is ${lengthText(point.trace)}, ${formatTimes(timesLength(data, point))} the dense one's.`;
}

export function speedSummary(data: SpeedData): string {
  const head = "Speed of the sliced model, times the dense model's, over the pruning ratio.";
  const points = data.points.map((point) => {
    const { decode, ideal } = point.gains;
    return `At ${formatShare(point.asked)} ${decode.median.toFixed(2)}, by bytes ${ideal.toFixed(2)}, length ${timesLength(data, point).toFixed(2)}.`;
  });
  return [head, ...points].join(" ");
}

/** One row for each ratio. */
export function speedTable(data: SpeedData): ChartTable {
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
    ],
    data.points.map((point) => {
      const { decode, firstToken, ideal } = point.gains;
      return [
        ...[point.asked, point.reached, decode.median, decode.lowest, decode.highest, ideal, firstToken.median],
        ...[point.trace.tokens, timesLength(data, point), point.dense.decode.median, point.sliced.decode.median],
      ];
    }),
  );
}

/** Seconds that a model takes for an answer of its own length, by its medians. */
function answerSeconds({ firstToken, decode }: SpeedFigures, { tokens }: TraceLength): number {
  return firstToken.median / 1000 + Math.max(0, tokens - 1) / decode.median;
}

/** Dense against sliced at one ratio, one row for each figure. */
export function figuresTable({ dense: trace }: Pick<SpeedData, "dense">, point: SpeedPoint): ChartTable {
  const { dense, sliced, gains } = point;
  const rate = ({ median, lowest, highest }: Spread) => `${digits(median)} (${digits(lowest)}–${digits(highest)})`;
  const row = (name: string, of: (figures: SpeedFigures, sliced: boolean) => number, text: (value: number) => string) =>
    [
      name,
      text(of(dense, false)),
      text(of(sliced, true)),
      factor(of(sliced, true) / of(dense, false)),
    ] as readonly Cell[];
  const spread = (name: string, of: (figures: SpeedFigures) => Spread, gain: number) =>
    [name, rate(of(dense)), rate(of(sliced)), factor(gain)] as readonly Cell[];
  const parameters = (is: boolean) => (is ? point.slicedParameters : point.denseParameters);
  const seconds = (value: number) => `${value.toFixed(2)} s`;
  return tableOf(
    [
      { label: "What", kind: "text" },
      { label: "Dense", kind: "text" },
      { label: "Sliced", kind: "text" },
      { label: "Sliced / dense", kind: "text" },
    ],
    [
      spread("Writes, tokens/s (decode)", ({ decode }) => decode, gains.decode.median),
      spread("Reads the prompt, tokens/s (prefill)", ({ prefill }) => prefill, gains.firstToken.median),
      spread("Time to first token, ms", ({ firstToken }) => firstToken, 1 / gains.firstToken.median),
      row(
        "Its own reasoning",
        (_, is) => (is ? point.trace : trace).tokens,
        (value) => plural(value, "token"),
      ),
      row("Time for that reasoning", (of, is) => answerSeconds(of, is ? point.trace : trace), seconds),
      row("Weights on the backend", ({ weightBytes, copyBytes }) => weightBytes + copyBytes, formatBytes),
      row("Keys and values (KV cache)", ({ cacheBytes }) => cacheBytes, formatBytes),
      row("Most bytes of the backend at a time", ({ peakBytes }) => peakBytes, formatBytes),
      row("File, 16 bits a number", (_, is) => fileBytes(parameters(is)), formatBytes),
      row("Bytes read a token, at least", ({ ideal }) => ideal.bytes, formatBytes),
      row("Operations a token, at least", ({ ideal }) => ideal.operations, formatCount),
    ],
  );
}

function factor(value: number): string {
  return Number.isFinite(value) ? `× ${value.toFixed(2)}` : "–";
}

function digits(value: number): string {
  return value >= 100 ? formatCount(value) : value.toPrecision(3);
}
