/**
 * Histogram of KL per token in the colours of the token trace, with mean, median and 95 % marks; other series
 * (methods, ratios) as outlines with dashed means. It settles with the results, so it is drawn once per result.
 */
import { type PointerEvent, useMemo, useState } from "react";
import { ChartFrame } from "./ChartFrame.tsx";
import { CursorInput } from "./CursorInput.tsx";
import type { Formula, FramedChartProps } from "./chart-context.ts";
import {
  axisPosition,
  type Bin,
  binRange,
  finiteMaximum,
  type KlHistogram,
  klEdges,
  klHistogram,
  klSummary,
  klTable,
} from "./distribution.ts";
import { formatNats, formatShare, plural } from "./format.ts";
import { klStep } from "./kl-scale.ts";
import { useWidth } from "./use-width.ts";

const defaults = {
  title: "KL divergence",
  sentence:
    "How far each token's prediction moved from the dense model (KL divergence, in nats); further right is worse.",
  width: 420,
  margin: { left: 34, right: 12, top: 50, bottom: 34 },
  plotHeight: 120,
} as const;

export interface KlSeries {
  /** "Wanda-SP", "µCRASP at 20 %". */
  readonly name: string;
  /** KL per token, nats. */
  readonly values: ArrayLike<number>;
}

export interface KlDistributionProps extends FramedChartProps {
  /** KL per token, nats; null while nothing has been measured. */
  readonly values: ArrayLike<number> | null;
  /** Drawn as outlines; more than four are hard to tell apart. */
  readonly others?: readonly KlSeries[];
}

const NO_SERIES: readonly KlSeries[] = [];
const NO_VALUES: readonly number[] = [];

export function KlDistribution({ values, others = NO_SERIES, ...frameProps }: KlDistributionProps) {
  const [ref, width] = useWidth<HTMLDivElement>(defaults.width);
  const [cursor, setCursor] = useState<number | null>(null);
  const own = values ?? NO_VALUES;
  const { edges, histogram, outlines } = useMemo(() => {
    const edges = klEdges(finiteMaximum([own, ...others.map((other) => other.values)]));
    return {
      edges,
      histogram: klHistogram(own, edges),
      outlines: others.map(({ name, values: series }) => ({ name, histogram: klHistogram(series, edges) })),
    };
  }, [own, others]);

  const { margin, plotHeight } = defaults;
  const bins = histogram.bins;
  const step = Math.max(1, (width - margin.left - margin.right) / bins.length);
  const top = margin.top;
  const bottom = top + plotHeight;
  const peak = niceShare(Math.max(...[histogram, ...outlines.map((o) => o.histogram)].map(highestShare)));
  const x = (position: number) => margin.left + position * step;
  const y = (share: number) => bottom - (share / peak) * plotHeight;
  const current = cursor === null ? undefined : bins[cursor];

  const onPointerMove = (event: PointerEvent<SVGSVGElement>) => {
    const at = (event.clientX - event.currentTarget.getBoundingClientRect().left - margin.left) / step;
    setCursor(at >= 0 && at < bins.length ? Math.floor(at) : null);
  };

  return (
    <ChartFrame
      {...frameProps}
      title={defaults.title}
      sentence={defaults.sentence}
      formula={klFormula(histogram)}
      table={() => klTable([{ name: frameProps.context.method, histogram }, ...outlines])}
    >
      <div ref={ref} className="kl-distribution">
        <CursorInput
          label="KL bin"
          count={bins.length}
          value={cursor}
          text={current ? binReadout(current) : "no bin"}
          onChange={setCursor}
        />
        <svg
          role="img"
          aria-label={klSummary(histogram)}
          width={width}
          height={bottom + margin.bottom}
          onPointerMove={onPointerMove}
          onPointerDown={onPointerMove}
          onPointerLeave={(event) => event.pointerType !== "touch" && setCursor(null)}
        >
          {[0, peak / 2, peak].map((share) => (
            <g key={share}>
              <line className="grid-line" x1={margin.left} x2={x(bins.length)} y1={y(share)} y2={y(share)} />
              <text className="tick" x={margin.left - 5} y={y(share) + 3.5} textAnchor="end">
                {Number((share * 100).toFixed(1))}%
              </text>
            </g>
          ))}
          {bins.map((bin, index) =>
            bin.count > 0 ? (
              <rect
                key={bin.from}
                className="kl-bar"
                data-kl={klStep(bin.from)}
                data-current={index === cursor || undefined}
                x={x(index) + 1}
                y={y(bin.share)}
                width={Math.max(1, step - 2)}
                height={bottom - y(bin.share)}
              />
            ) : null,
          )}
          {outlines.map((outline, index) => (
            <g key={outline.name} className={`kl-outline kl-outline-${index % 4}`}>
              <path d={outlinePath(outline.histogram.bins, x, y)} />
              <line
                x1={x(axisPosition(edges, outline.histogram.mean))}
                x2={x(axisPosition(edges, outline.histogram.mean))}
                y1={top}
                y2={bottom}
              />
            </g>
          ))}
          {axisTicks(bins).map((tick) => (
            <g key={tick.position}>
              <line className="axis-line" x1={x(tick.position)} x2={x(tick.position)} y1={bottom} y2={bottom + 4} />
              <text className="tick" x={x(tick.position)} y={bottom + 15} textAnchor="middle">
                {tick.text}
              </text>
            </g>
          ))}
          <line className="axis-line" x1={x(0)} x2={x(bins.length)} y1={bottom} y2={bottom} />
          <text className="tick" x={x(bins.length)} y={bottom + 29} textAnchor="end">
            nats per token
          </text>
          <text className="tick" x={margin.left - 5} y={bottom + 29}>
            share of tokens
          </text>
          {histogram.count > 0 && <Marks histogram={histogram} edges={edges} x={x} top={top} bottom={bottom} />}
        </svg>
        <p className="chart-readout" data-empty={!current || undefined}>
          {current ? binReadout(current) : emptyReadout(histogram)}
        </p>
        {outlines.length > 0 && (
          <ul className="chart-key">
            {outlines.map((outline, index) => (
              <li key={outline.name}>
                <svg className={`kl-outline kl-outline-${index % 4}`} width={22} height={8} aria-hidden="true">
                  <path d="M1 4H21" />
                </svg>
                {outline.name}, mean {formatNats(outline.histogram.mean)}
              </li>
            ))}
          </ul>
        )}
      </div>
    </ChartFrame>
  );
}

function klFormula(histogram: KlHistogram): Formula {
  return {
    expression: "KL(dense ‖ pruned) = Σ p_dense · (ln p_dense − ln p_pruned)",
    withNumbers:
      histogram.count > 0
        ? `mean over ${plural(histogram.count, "trace token")} = ${formatNats(histogram.mean)} nats`
        : "nothing measured yet",
    source: "whole vocabulary, teacher-forced on the trace; µCRASP, arXiv 2605.25842, evaluation",
  };
}

function highestShare(histogram: KlHistogram): number {
  return histogram.bins.reduce((highest, bin) => Math.max(highest, bin.share), 0);
}

/** The axis ends at the next of these shares, so that it does not jump with every result. */
function niceShare(share: number): number {
  return [0.2, 0.4, 0.6, 0.8, 1].find((end) => share <= end) ?? 1;
}

function binReadout(bin: Bin): string {
  return `${binRange(bin)}: ${plural(bin.count, "token")} (${formatShare(bin.share, 1)})`;
}

function emptyReadout(histogram: KlHistogram): string {
  if (histogram.notFinite > 0) return `${plural(histogram.notFinite, "token")} without a finite KL left out.`;
  return histogram.count > 0
    ? `${plural(histogram.count, "token")}. Point at a bar to read it.`
    : "Nothing measured yet.";
}

/** "0" under the zero bin, then the powers of ten at their edges. */
function axisTicks(bins: readonly Bin[]): readonly { readonly position: number; readonly text: string }[] {
  const decades = bins.flatMap((bin, index) => {
    const isDecade = index > 1 && Number.isInteger(Number(Math.log10(bin.from).toFixed(6)));
    return isDecade ? [{ position: index, text: String(bin.from) }] : [];
  });
  return [{ position: 0.5, text: "0" }, ...decades];
}

function outlinePath(bins: readonly Bin[], x: (position: number) => number, y: (share: number) => number): string {
  const steps = bins.map((bin, index) => `L${x(index)} ${y(bin.share)}L${x(index + 1)} ${y(bin.share)}`).join("");
  return `M${x(0)} ${y(0)}${steps}L${x(bins.length)} ${y(0)}`;
}

interface MarksProps {
  readonly histogram: KlHistogram;
  readonly edges: readonly number[];
  readonly x: (position: number) => number;
  readonly top: number;
  readonly bottom: number;
}

/** Room that a mark's label takes beside its line, CSS pixels; labels are short, so a constant serves. */
const LABEL_WIDTH = 84;

/**
 * Mean, median and 95 % as lines. Labels stand in steps and all on the same side, the outermost highest: so no label
 * crosses another line. They turn to the left where the right edge is near.
 */
function Marks({ histogram, edges, x, top, bottom }: MarksProps) {
  const marks = [
    { name: "median", at: x(axisPosition(edges, histogram.median)), value: histogram.median },
    { name: "mean", at: x(axisPosition(edges, histogram.mean)), value: histogram.mean },
    { name: "95 %", at: x(axisPosition(edges, histogram.p95)), value: histogram.p95 },
  ].sort((a, b) => a.at - b.at);
  const leftwards = Math.max(...marks.map((mark) => mark.at)) + LABEL_WIDTH > x(edges.length);
  if (leftwards) marks.reverse();
  return marks.map(({ name, at, value }, index) => {
    const y = top - 38 + index * 14;
    return (
      <g key={name} className="kl-mark">
        <line x1={at} x2={at} y1={y - 6} y2={bottom} />
        <text x={at + (leftwards ? -5 : 5)} y={y + 3} textAnchor={leftwards ? "end" : "start"}>
          {name} {formatNats(value)}
        </text>
      </g>
    );
  });
}
