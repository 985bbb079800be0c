/**
 * The drawing of the KL histogram, by recharts. A module of its own, so that recharts is loaded only where it is shown.
 *
 * Sizes and ticks are given, so recharts measures no text, and every constant prop is made once. The keyboard's cursor
 * belongs to the caller, hence no accessibilityLayer: it would add a second tab stop for the same reading.
 */
import { memo, useCallback, useMemo } from "react";
import {
  Bar,
  type BarShapeProps,
  CartesianGrid,
  ComposedChart,
  Line,
  type LineDrawShapeProps,
  ReferenceLine,
  Tooltip,
  XAxis,
  YAxis,
} from "recharts";
import { formatNats } from "../format.ts";
import type { KlHistogram, NamedHistogram } from "./distribution.ts";
import { axisPosition, KL_PLOT_HEIGHT, shareEnd, tickPositions, tickText } from "./kl-axis.ts";
import { type Mark, placeMarks } from "./kl-marks.ts";
import { axisNames, BinTooltip, CurrentBin, MarkLabel, type PlotRow, stepPath } from "./kl-plot-parts.tsx";
import { klStep } from "./kl-scale.ts";

const MARGIN = { left: 0, right: 18, top: 50, bottom: 0 } as const;
const SHARE_AXIS_WIDTH = 38;
const NATS_AXIS_HEIGHT = 34;
const MARK_ROW_HEIGHT = 15;
const BOTTOM = KL_PLOT_HEIGHT - NATS_AXIS_HEIGHT;
const AXIS_LINE = { className: "axis-line" } as const;
const TOOLTIP = <BinTooltip />;

export interface KlDistributionPlotProps {
  /** CSS pixels. */
  readonly width: number;
  /** Edges of the bins of all series, nats. */
  readonly edges: readonly number[];
  readonly histogram: KlHistogram;
  readonly outlines: readonly NamedHistogram[];
  /** Bin at the keyboard's cursor. */
  readonly cursor: number | null;
}

function KlDistributionPlot({ width, edges, histogram, outlines, cursor }: KlDistributionPlotProps) {
  const bins = histogram.bins.length;
  const step = Math.max(1, (width - SHARE_AXIS_WIDTH - MARGIN.right) / bins);

  const rows = useMemo(() => plotRows(histogram, outlines), [histogram, outlines]);
  const domain = useMemo(() => [0, bins], [bins]);
  const ticks = useMemo(() => tickPositions(edges), [edges]);
  const formatTick = useCallback((position: number) => tickText(edges, position), [edges]);
  const end = shareEnd(Math.max(...[histogram, ...outlines.map((outline) => outline.histogram)].map(highestShare)));
  const shareDomain = useMemo(() => [0, end], [end]);
  const shareTicks = useMemo(() => [0, end / 2, end], [end]);
  const marks = useMemo(
    () =>
      placeMarks(
        marksOf(histogram, (nats) => SHARE_AXIS_WIDTH + axisPosition(edges, nats) * step),
        width,
      ),
    [histogram, edges, step, width],
  );

  // recharts rounds a bar's offset to whole pixels; edges of bars have to meet ticks and outlines.
  const bar = useCallback(
    ({ index, y, height, payload }: BarShapeProps) => {
      const { bin } = payload as PlotRow;
      if (bin.count === 0) return null;
      const x = SHARE_AXIS_WIDTH + index * step + 1;
      const wide = Math.max(1, step - 2);
      return <rect className="kl-bar" data-kl={klStep(bin.from)} x={x} y={y} width={wide} height={height} />;
    },
    [step],
  );
  const outline = useCallback(
    ({ className, points = [] }: LineDrawShapeProps) => (
      <path className={className} d={stepPath(points, step, BOTTOM)} />
    ),
    [step],
  );

  return (
    <ComposedChart width={width} height={KL_PLOT_HEIGHT} margin={MARGIN} data={rows} accessibilityLayer={false}>
      <CartesianGrid vertical={false} horizontalValues={shareTicks} />
      <XAxis
        dataKey="at"
        type="number"
        domain={domain}
        ticks={ticks}
        tickFormatter={formatTick}
        interval={0}
        height={NATS_AXIS_HEIGHT}
        tickSize={4}
        tickMargin={4}
        axisLine={AXIS_LINE}
        tickLine={AXIS_LINE}
        label={axisNames}
      />
      <YAxis
        type="number"
        domain={shareDomain}
        ticks={shareTicks}
        tickFormatter={formatPercent}
        interval={0}
        width={SHARE_AXIS_WIDTH}
        tickSize={0}
        tickMargin={5}
        axisLine={false}
        tickLine={false}
      />
      <CurrentBin cursor={cursor} />
      <Bar dataKey="share" shape={bar} isAnimationActive={false} />
      {outlines.map(({ name }, index) => (
        <Line
          key={name}
          className={`kl-outline kl-outline-${index % 4}`}
          dataKey={`others[${index}].share`}
          shape={outline}
          dot={false}
          activeDot={false}
          isAnimationActive={false}
        />
      ))}
      {outlines.map(({ name, histogram: { mean, count } }, index) =>
        count > 0 ? (
          <ReferenceLine key={name} className={`kl-outline kl-outline-${index % 4}`} x={axisPosition(edges, mean)} />
        ) : null,
      )}
      {marks.map((mark) => (
        <ReferenceLine
          key={mark.name}
          className="kl-mark"
          x={(mark.at - SHARE_AXIS_WIDTH) / step}
          label={<MarkLabel mark={mark} rowHeight={MARK_ROW_HEIGHT} top={MARGIN.top} />}
        />
      ))}
      <Tooltip content={TOOLTIP} cursor={false} isAnimationActive={false} />
    </ComposedChart>
  );
}

export default memo(KlDistributionPlot);

function plotRows(histogram: KlHistogram, outlines: readonly NamedHistogram[]): readonly PlotRow[] {
  return histogram.bins.map((bin, index) => ({
    at: index + 0.5,
    bin,
    share: bin.share,
    others: outlines.flatMap(({ name, histogram: other }) => {
      const otherBin = other.bins[index];
      return otherBin ? [{ name, bin: otherBin, share: otherBin.share }] : [];
    }),
  }));
}

function marksOf({ count, median, mean, quantile95 }: KlHistogram, at: (nats: number) => number): readonly Mark[] {
  if (count === 0) return [];
  return [
    { name: "median", nats: median },
    { name: "mean", nats: mean },
    { name: "95 %", nats: quantile95 },
  ].map(({ name, nats }) => ({ name, text: `${name} ${formatNats(nats)}`, at: at(nats) }));
}

function highestShare(histogram: KlHistogram): number {
  return histogram.bins.reduce((highest, bin) => Math.max(highest, bin.share), 0);
}

function formatPercent(share: number): string {
  return `${Number((share * 100).toFixed(1))}%`;
}
