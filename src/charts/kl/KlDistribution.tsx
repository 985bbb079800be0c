/**
 * Histogram of KL per token in the colours of the token trace, with marks for mean, median and 95th percentile. Several
 * series on one axis are KlOverlay's.
 */
import "./kl-colours.css";
import { memo, useMemo } from "react";
import { formatNats, formatShare, plural } from "../format.ts";
import { ChartFrame } from "../frame/ChartFrame.tsx";
import type { Formula, FramedChartProps } from "../frame/chart-context.ts";
import key from "../plot/key.module.css";
import { Plot, Readout } from "../plot/Plot.tsx";
import { useCursor } from "../plot/use-cursor.ts";
import { useChartWidth } from "../plot/use-width.ts";
import { binReadout, type KlHistogram, klHistogram, klSummary, klTable } from "./distribution.ts";
import { KlAxes } from "./KlAxes.tsx";
import styles from "./KlDistribution.module.css";
import { FIXED_BINS } from "./kl-axis.ts";
import { LABEL_GAP } from "./kl-marks.ts";
import { drawKlBars, type KlBars } from "./kl-plot.ts";

const defaults = {
  title: "KL divergence",
  sentence:
    "How far each token's prediction moved from the dense model (KL divergence, in nats); further right is worse.",
  width: 420,
} as const;

export interface KlDistributionProps extends FramedChartProps {
  /** KL per token, nats; null while nothing has been measured. */
  readonly values: ArrayLike<number> | null;
  /** What was measured before, drawn behind it. */
  readonly ghost?: KlGhost | null;
}

export interface KlGhost {
  /** "µCRASP, 40.0 %". */
  readonly name: string;
  readonly values: ArrayLike<number>;
}

const NO_VALUES: readonly number[] = [];

export function KlDistribution({ values, ghost = null, ...frameProps }: KlDistributionProps) {
  const [ref, width] = useChartWidth<HTMLDivElement>(defaults.width);
  const histogram = useMemo(() => klHistogram(values ?? NO_VALUES, FIXED_BINS), [values]);
  const before = useMemo(() => ghost && klHistogram(ghost.values, FIXED_BINS), [ghost]);
  const drawing = useMemo(() => drawKlBars(histogram, before, width), [histogram, before, width]);
  const cursor = useCursor(drawing.middles);
  const current = cursor.at === null ? undefined : histogram.bins[cursor.at];
  const reading = current ? binReadout(current) : null;
  const { method, ratio } = frameProps.context;
  const name = histogram.count > 0 ? `${method}, ${formatShare(frameProps.staleRatio ?? ratio, 1)}` : "not measured";
  const series = [
    { name, histogram },
    ...(ghost && before ? [{ name: `before: ${ghost.name}`, histogram: before }] : []),
  ];

  return (
    <ChartFrame
      {...frameProps}
      title={defaults.title}
      sentence={defaults.sentence}
      formula={klFormula(histogram)}
      table={() => klTable(series)}
    >
      <div ref={ref}>
        <Plot
          width={drawing.box.width}
          height={drawing.box.height}
          summary={klSummary(histogram)}
          cursor={cursor}
          step="KL bin"
          count={histogram.bins.length}
          reading={reading ?? "no bin"}
        >
          <KlAxes plot={drawing} bin={cursor.at} />
          <Bars drawing={drawing} />
        </Plot>
        <ul className={`${key.chartKey} ${styles.klKey}`} aria-label="What is drawn">
          <li>
            <i className={`${key.swatch} ${styles.klNow}`} />
            {name}
          </li>
          {ghost && (
            <li>
              <i className={`${key.swatch} ${styles.klBefore}`} />
              <span className={styles.klName} title={ghost.name}>
                before: {ghost.name}
              </span>
            </li>
          )}
        </ul>
        <Readout text={reading} hint={emptyReadout(histogram)} />
      </div>
    </ChartFrame>
  );
}

const Bars = memo(function Bars({ drawing: { box, bars, ghost, marks } }: { readonly drawing: KlBars }) {
  return (
    <g>
      <path className={styles.klGhost} d={ghost} />
      {bars.map(({ kl, path }) => (
        <path key={path} className={styles.klBar} data-kl={kl} d={path} />
      ))}
      {marks.map(({ name, at, text, side, y }) => (
        <g key={name} className={styles.klMark}>
          <line x1={at} x2={at} y1={y - 5} y2={box.bottom} />
          <text
            x={at + (side === "left" ? -LABEL_GAP : LABEL_GAP)}
            y={y + 4}
            textAnchor={side === "left" ? "end" : "start"}
          >
            {text}
          </text>
        </g>
      ))}
    </g>
  );
});

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
