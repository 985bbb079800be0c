/** Data → shapes of speeds over the ratio. */
import type { SpeedPoint, TraceLength } from "../../core/speed/speed.ts";
import type { BottomTick } from "../plot/Axes.tsx";
import { type PlotBox, plotBox, valueY } from "../plot/box.ts";
import { linePath, round, whiskerPath } from "../plot/paths.ts";
import { linearScale, type ValueScale } from "../plot/scale.ts";

const HEIGHT = 260;
const MARGIN = { left: 34, right: 12, top: 14, bottom: 36 } as const;
/** The slider's upper end, which the axis shares. */
const HIGHEST = 0.7;

export interface SpeedData {
  /** By ascending ratio. */
  readonly points: readonly SpeedPoint[];
  /** What the dense model says by itself. */
  readonly dense: TraceLength;
}

export const LINES = [
  { id: "decode", label: "tokens a second, measured (median of the runs)" },
  { id: "bytes", label: "what the bytes of a token allow" },
  { id: "length", label: "length of its own reasoning" },
] as const;

export interface SpeedDrawing {
  readonly box: PlotBox;
  readonly scale: ValueScale;
  readonly ticks: readonly BottomTick[];
  /** x of each point. */
  readonly middles: readonly number[];
  /** y of the dense model. */
  readonly one: number;
  readonly lines: readonly { readonly id: (typeof LINES)[number]["id"]; readonly path: string }[];
  readonly whiskers: string;
  readonly dots: readonly { readonly x: number; readonly y: number }[];
}

/** Times the dense model's length; NaN where that wrote nothing. */
export function timesLength({ dense }: Pick<SpeedData, "dense">, { trace }: Pick<SpeedPoint, "trace">): number {
  return dense.tokens > 0 ? trace.tokens / dense.tokens : Number.NaN;
}

export function drawSpeed(data: SpeedData, width: number): SpeedDrawing {
  const box = plotBox(width, HEIGHT, MARGIN);
  const { points } = data;
  const values = points.map((point) => ({
    ...{ decode: point.gains.decode.median, bytes: point.gains.ideal, length: timesLength(data, point) },
    spread: point.gains.decode,
  }));
  const highest = Math.max(
    2,
    ...values.flatMap(({ decode, bytes, length }) => [decode, bytes, length]).filter(Number.isFinite),
  );
  // One run that something else held up would leave no room for the lines: a bar may end at the axis.
  const scale = linearScale(
    0,
    Math.min(1.5 * highest, Math.max(highest, ...values.map(({ spread }) => spread.highest))),
  );
  const x = (ratio: number) => round(box.left + (ratio / HIGHEST) * (box.right - box.left));
  const y = (value: number) => round(valueY(box, scale, value));
  const middles = points.map(({ asked }) => x(asked));
  const lineOf = (id: (typeof LINES)[number]["id"]) => {
    const dots = values.flatMap((value, place) =>
      Number.isFinite(value[id]) ? [{ x: middles[place] ?? 0, y: y(value[id]) }] : [],
    );
    // All three begin with the dense model, which is one of itself.
    return linePath([{ x: x(0), y: y(1) }, ...dots]);
  };
  return {
    ...{ box, scale, middles, one: y(1) },
    ticks: Array.from({ length: 8 }, (_, place) => ({ x: x(place / 10), text: String(10 * place) })),
    lines: LINES.map(({ id }) => ({ id, path: lineOf(id) })),
    whiskers: values
      .map(({ spread: { lowest, highest: most } }, place) => whiskerPath(middles[place] ?? 0, y(most), y(lowest), 3))
      .join(""),
    dots: values.map(({ decode }, place) => ({ x: middles[place] ?? 0, y: y(decode) })),
  };
}
