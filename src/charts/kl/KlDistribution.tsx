/**
 * Histogram of KL per token in the colours of the token trace, with mean, median and 95 % marks; other series
 * (methods, ratios) as outlines with dashed means. It settles with the results, so recharts draws it; its module is
 * loaded when the first histogram is shown, and until then its place is kept.
 */
import { type ComponentType, lazy, Suspense, useMemo, useState } from "react";
import { formatNats, plural } from "../format.ts";
import { ChartFrame } from "../frame/ChartFrame.tsx";
import type { Formula, FramedChartProps } from "../frame/chart-context.ts";
import { CursorInput } from "../plot/CursorInput.tsx";
import { useWidth } from "../plot/use-width.ts";
import { binReadout, type KlHistogram, klHistogram, klSummary, klTable } from "./distribution.ts";
import type { KlDistributionPlotProps } from "./KlDistributionPlot.tsx";
import { finiteMaximum, KL_PLOT_HEIGHT, klEdges } from "./kl-axis.ts";

const defaults = {
  title: "KL divergence",
  sentence:
    "How far each token's prediction moved from the dense model (KL divergence, in nats); further right is worse.",
  width: 420,
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

/** A file of the page that cannot be fetched (offline, or the page was updated meanwhile) leaves the rest standing. */
const Plot = lazy<ComponentType<KlDistributionPlotProps>>(() =>
  import("./KlDistributionPlot.tsx").catch(() => ({ default: PlotMissing })),
);

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
  const current = cursor === null ? undefined : histogram.bins[cursor];

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
          count={histogram.bins.length}
          value={cursor}
          text={current ? binReadout(current) : "no bin"}
          onChange={setCursor}
        />
        <div className="kl-plot" role="img" aria-label={klSummary(histogram)} style={{ height: KL_PLOT_HEIGHT }}>
          <Suspense fallback={<div className="kl-plot-waiting" />}>
            <Plot width={width} edges={edges} histogram={histogram} outlines={outlines} cursor={cursor} />
          </Suspense>
        </div>
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

function PlotMissing() {
  return (
    <p className="chart-empty">
      The drawing could not be loaded. Reload the page, or read the numbers under “show as table”.
    </p>
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

function emptyReadout(histogram: KlHistogram): string {
  if (histogram.notFinite > 0) return `${plural(histogram.notFinite, "token")} without a finite KL left out.`;
  return histogram.count > 0
    ? `${plural(histogram.count, "token")}. Point at a bar, or tab here and use the arrow keys.`
    : "Nothing measured yet.";
}
