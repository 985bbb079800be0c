/**
 * Share of MLP neurons kept per layer as bars, vision left and text right, attention groups as pips beneath, the
 * CMDS of the text layers as a line on its own scale. Follows the thumb: four path strings change per frame.
 */

import { memo, useMemo } from "react";
import type { FrameData } from "../../core/frame-data.ts";
import type { UnitLayout } from "../../core/unit.ts";
import { formatCount, formatShare } from "../format.ts";
import { ChartFrame } from "../frame/ChartFrame.tsx";
import type { Formula, FramedChartProps } from "../frame/chart-context.ts";
import { type LayerRow, layerRows } from "../layers.ts";
import { BottomAxis, OwnAxis, ValueAxis } from "../plot/Axes.tsx";
import { Plot, Readout } from "../plot/Plot.tsx";
import { tickScale } from "../plot/scale.ts";
import towers from "../plot/towers.module.css";
import { useCursor } from "../plot/use-cursor.ts";
import { useWidth } from "../plot/use-width.ts";
import styles from "./RetentionChart.module.css";
import { RetentionKey } from "./RetentionKey.tsx";
import { cmdsLine, outlinePath, retentionPaths, type SecondPlan, trackPath } from "./retention.ts";
import { type RetentionGeometry, retentionGeometry } from "./retention-geometry.ts";
import { keptTotals, layerReadout, retentionSummary, retentionTable } from "./retention-words.ts";

const SHARES = tickScale([0, 0.5, 1]);

const defaults = {
  title: "Retention by layer",
  sentence: "How much of each layer survives (retention), and how far pictures and words lie apart in it (CMDS).",
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
  const [ref, width] = useWidth<HTMLDivElement>(defaults.width);
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
      sentence={defaults.sentence}
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
              height={geometry.labelY - geometry.box.top + 3}
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
        <RetentionKey withCmds={cmds !== null} second={second?.name ?? null} />
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

/** The CMDS line; it moves only when the model is calibrated anew. */
const Cmds = memo(function Cmds({ geometry, rows, cmds }: CmdsProps) {
  const line = cmdsLine(geometry, rows, cmds);
  if (!line) return null;
  return (
    <g className={styles.cmds}>
      <path className={styles.cmdsHalo} d={line.path} />
      <path className={styles.cmdsLine} d={line.path} />
      {line.points.map(({ row, x, y }) => (
        <circle key={row} className={styles.cmdsPoint} cx={x} cy={y} r={2} />
      ))}
      <OwnAxis box={geometry.box} scale={line.scale} name="CMDS" />
    </g>
  );
});

function percent(share: number): string {
  return `${share * 100}%`;
}
