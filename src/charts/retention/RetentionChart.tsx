/**
 * Share of MLP neurons kept per layer as bars, vision left and text right, attention groups as pips beneath, and a strip
 * of the text layers' CMDS under them. Follows the thumb: four path strings change per frame.
 */

import { memo, useMemo } from "react";
import type { FrameData } from "../../core/frame-data.ts";
import type { UnitLayout } from "../../core/unit.ts";
import { formatCount, formatShare } from "../format.ts";
import { ChartFrame } from "../frame/ChartFrame.tsx";
import type { Formula, FramedChartProps } from "../frame/chart-context.ts";
import { type LayerRow, layerRows } from "../layers.ts";
import { BottomAxis, ValueAxis } from "../plot/Axes.tsx";
import { Plot, Readout } from "../plot/Plot.tsx";
import { tickScale } from "../plot/scale.ts";
import towers from "../plot/towers.module.css";
import { useCursor } from "../plot/use-cursor.ts";
import { useChartWidth } from "../plot/use-width.ts";
import styles from "./RetentionChart.module.css";
import { RetentionKey } from "./RetentionKey.tsx";
import { cmdsStrip, outlinePath, retentionPaths, type SecondPlan, trackPath } from "./retention.ts";
import { type RetentionGeometry, retentionGeometry } from "./retention-geometry.ts";
import { keptTotals, layerReadout, retentionSummary, retentionTable } from "./retention-words.ts";

const SHARES = tickScale([0, 0.5, 1]);

/** What the chart means; its place says so before there is one. */
export const RETENTION_SENTENCE =
  "How much of each layer stays (retention); below, how far pictures and words lie apart in text layers (CMDS).";

const defaults = {
  title: "Retention by layer",
  width: 640,
} as const;

export interface RetentionChartProps extends FramedChartProps {
  readonly layout: UnitLayout;
  /** Read anew on each render: its arrays may be reused from tick to tick. */
  readonly frame: FrameData;
  /** Cross-modal distribution shift per module, from the calibration; null before one. */
  readonly cmds: Float64Array | null;
  /** Another method's plan at the same ratio, outlined over the bars; read anew on each render like `frame`. */
  readonly second?: SecondPlan | null;
}

export function RetentionChart({ layout, frame, cmds, second = null, ...frameProps }: RetentionChartProps) {
  const rows = useMemo(() => layerRows(layout), [layout]);
  const [ref, width] = useChartWidth<HTMLDivElement>(defaults.width);
  const geometry = useMemo(() => retentionGeometry(rows, width), [rows, width]);
  const cursor = useCursor(geometry.middles);
  const paths = retentionPaths(geometry, rows, frame);
  const outline = second && outlinePath(geometry, rows, second);
  const current = cursor.at === null ? undefined : rows[cursor.at];
  const band = cursor.at === null ? undefined : geometry.bands[cursor.at];
  const reading = current ? layerReadout(current, frame, cmds, second) : null;

  return (
    <ChartFrame
      {...frameProps}
      title={defaults.title}
      sentence={RETENTION_SENTENCE}
      formula={retentionFormula(rows, frame)}
      table={() => retentionTable(rows, frame, cmds, second)}
    >
      <div ref={ref}>
        <Plot
          width={geometry.width}
          height={geometry.height}
          summary={retentionSummary(rows, frame, cmds, second)}
          cursor={cursor}
          step="Layer"
          count={rows.length}
          reading={reading ?? "no layer"}
        >
          <Axes geometry={geometry} />
          {band && (
            <rect
              className={styles.retentionCursor}
              x={band.x - 1.5}
              y={geometry.box.top}
              width={band.width + 3}
              height={geometry.strip.bottom - geometry.box.top + 3}
            />
          )}
          <path className={towers.barVision} d={paths.vision} />
          <path className={towers.barText} d={paths.text} />
          <path className={styles.groupGone} d={paths.groupsGone} />
          <path className={styles.groupKept} d={paths.groupsKept} />
          {outline && <path className={styles.barSecondHalo} d={outline} />}
          {outline && <path className={styles.barSecond} d={outline} />}
          {cmds && <Cmds geometry={geometry} rows={rows} cmds={cmds} />}
        </Plot>
        <Readout text={reading} hint="Point at a layer, or tab here and use the arrow keys." />
        <RetentionKey second={second?.name ?? null} />
      </div>
    </ChartFrame>
  );
}

function retentionFormula(rows: readonly LayerRow[], frame: FrameData): Formula {
  const { kept, all } = keptTotals(rows, "mlp", frame.keptPerModule);
  const share = all > 0 ? kept / all : 0;
  return {
    expression: "retention(module) = units kept ÷ units · CMDS = ‖mean(visual) − mean(text)‖ ÷ mean‖·‖",
    withNumbers: `${formatCount(kept)} ÷ ${formatCount(all)} MLP neurons = ${formatShare(share, 1)} over both towers`,
    source: "µCRASP, arXiv 2605.25842: retention figure and cross-modal distribution shift",
  };
}

/** Everything that changes only with the width: tracks, grid, labels. */
const Axes = memo(function Axes({ geometry }: { readonly geometry: RetentionGeometry }) {
  return (
    <g>
      <path className={styles.barTrack} d={trackPath(geometry)} />
      <ValueAxis box={geometry.box} scale={SHARES} format={percent} />
      <BottomAxis box={{ ...geometry.box, bottom: geometry.labelY - 14 }} ticks={geometry.labels} />
      {geometry.towers.map(({ tower, from, to }) => (
        <text
          key={tower}
          className={`${styles.towerName} ${tower === "vision" ? towers.towerVision : towers.towerText}`}
          x={(from + to) / 2}
          y={geometry.towerY}
          textAnchor="middle"
        >
          {tower} layers
        </text>
      ))}
    </g>
  );
});

interface CmdsProps {
  readonly geometry: RetentionGeometry;
  readonly rows: readonly LayerRow[];
  readonly cmds: Float64Array;
}

/** The strip of CMDS; it changes only when the model is calibrated anew. */
const Cmds = memo(function Cmds({ geometry, rows, cmds }: CmdsProps) {
  const strip = cmdsStrip(geometry, rows, cmds);
  if (!strip) return null;
  const { left, right } = geometry.box;
  const { top, bottom } = geometry.strip;
  const middle = (top + bottom) / 2 + 4;
  return (
    <g>
      <line className={styles.stripBase} x1={left} x2={right} y1={bottom} y2={bottom} />
      <path className={styles.stripBar} d={strip.bars} />
      <text className={styles.stripName} x={left - 4} y={middle - 6} textAnchor="end">
        CMDS
      </text>
      <text className={styles.stripName} x={left - 4} y={middle + 7} textAnchor="end">
        ≤ {strip.maximum.toFixed(2)}
      </text>
      {strip.without !== null && (
        <text className={styles.stripNone} x={strip.without} y={middle} textAnchor="middle">
          text layers only
        </text>
      )}
    </g>
  );
});

function percent(share: number): string {
  return `${share * 100}%`;
}
