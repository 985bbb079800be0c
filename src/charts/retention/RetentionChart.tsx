/**
 * Share of MLP neurons kept per layer as bars, vision left and text right, attention groups as pips beneath, the
 * CMDS of the text layers as a line on its own scale. Follows the thumb: four path strings change per frame.
 */
import { memo, type PointerEvent, useMemo, useState } from "react";
import type { FrameData } from "../../core/frame-data.ts";
import type { UnitLayout } from "../../core/unit.ts";
import { formatCount, formatShare } from "../format.ts";
import { ChartFrame } from "../frame/ChartFrame.tsx";
import type { Formula, FramedChartProps } from "../frame/chart-context.ts";
import { type LayerRow, layerRows } from "../layers.ts";
import { CursorInput } from "../plot/CursorInput.tsx";
import { useWidth } from "../plot/use-width.ts";
import {
  cmdsLine,
  keptTotals,
  layerReadout,
  outlinePath,
  retentionPaths,
  retentionSummary,
  retentionTable,
  type SecondPlan,
  trackPath,
} from "./retention.ts";
import { bandAt, type RetentionGeometry, retentionGeometry, shareY } from "./retention-geometry.ts";

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
  const [cursor, setCursor] = useState<number | null>(null);
  const paths = retentionPaths(geometry, rows, frame);
  const outline = second && outlinePath(geometry, rows, second);
  const current = cursor === null ? undefined : rows[cursor];
  const band = cursor === null ? undefined : geometry.bands[cursor];

  const onPointerMove = (event: PointerEvent<SVGSVGElement>) => {
    setCursor(bandAt(geometry, event.clientX - event.currentTarget.getBoundingClientRect().left));
  };

  return (
    <ChartFrame
      {...frameProps}
      title={defaults.title}
      sentence={defaults.sentence}
      formula={retentionFormula(rows, frame)}
      table={() => retentionTable(rows, frame, cmds, second)}
    >
      <div ref={ref} className="retention">
        <CursorInput
          label="Layer"
          count={rows.length}
          value={cursor}
          text={current ? layerReadout(current, frame, cmds, second) : "no layer"}
          onChange={setCursor}
        />
        <svg
          role="img"
          aria-label={retentionSummary(rows, frame, cmds, second)}
          width={geometry.width}
          height={geometry.height}
          onPointerMove={onPointerMove}
          onPointerDown={onPointerMove}
          onPointerLeave={(event) => event.pointerType !== "touch" && setCursor(null)}
        >
          <Axes geometry={geometry} rows={rows} />
          {band && (
            <rect
              className="retention-cursor"
              x={band.x - 1.5}
              y={geometry.plotTop}
              width={band.width + 3}
              height={geometry.labelY - geometry.plotTop + 3}
            />
          )}
          <path className="bar-vision" d={paths.vision} />
          <path className="bar-text" d={paths.text} />
          <path className="group-gone" d={paths.groupsGone} />
          <path className="group-kept" d={paths.groupsKept} />
          {outline && <path className="bar-second-halo" d={outline} />}
          {outline && <path className="bar-second" d={outline} />}
          {cmds && <Cmds geometry={geometry} rows={rows} cmds={cmds} />}
        </svg>
        <p className="chart-readout" data-empty={!current || undefined}>
          {current
            ? layerReadout(current, frame, cmds, second)
            : "Point at a layer, or tab here and use the arrow keys."}
        </p>
        <Key withCmds={cmds !== null} second={second?.name ?? null} />
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

interface StaticProps {
  readonly geometry: RetentionGeometry;
  readonly rows: readonly LayerRow[];
}

/** Everything that changes only with the width: tracks, grid, labels. */
const Axes = memo(function Axes({ geometry, rows }: StaticProps) {
  return (
    <g>
      <path className="bar-track" d={trackPath(geometry)} />
      {[0, 0.5, 1].map((share) => (
        <g key={share}>
          <line
            className="grid-line"
            x1={geometry.plotLeft - 3}
            x2={geometry.plotRight}
            y1={shareY(geometry, share)}
            y2={shareY(geometry, share)}
          />
          <text className="tick" x={geometry.plotLeft - 6} y={shareY(geometry, share) + 3.5} textAnchor="end">
            {share * 100}%
          </text>
        </g>
      ))}
      {geometry.bands.map((band, index) =>
        band.label ? (
          <text
            key={`${rows[index]?.tower}.${band.label}`}
            className="tick"
            x={band.center}
            y={geometry.labelY}
            textAnchor="middle"
          >
            {band.label}
          </text>
        ) : null,
      )}
      {geometry.towers.map(({ tower, from, to }) => (
        <text
          key={tower}
          className={`tower-name tower-${tower}`}
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

/** The CMDS line; it moves only when the model is calibrated anew. */
const Cmds = memo(function Cmds({ geometry, rows, cmds }: StaticProps & { readonly cmds: Float64Array }) {
  const line = cmdsLine(geometry, rows, cmds);
  if (!line) return null;
  const high = Math.min(...line.points.map((point) => point.y));
  const low = Math.max(...line.points.map((point) => point.y));
  return (
    <g>
      <path className="cmds-halo" d={line.path} />
      <path className="cmds-line" d={line.path} />
      {line.points.map((point) => (
        <circle key={point.row} className="cmds-point" cx={point.x} cy={point.y} r={2} />
      ))}
      <text className="tick cmds-tick" x={geometry.plotRight + 5} y={high + 3.5}>
        {line.maximum.toFixed(2)}
      </text>
      {low > high && (
        <text className="tick cmds-tick" x={geometry.plotRight + 5} y={low + 3.5}>
          {line.minimum.toFixed(2)}
        </text>
      )}
      <text
        className="tick cmds-tick"
        x={geometry.plotRight + 5}
        y={(geometry.plotTop + geometry.plotBottom) / 2 + 3.5}
      >
        CMDS
      </text>
    </g>
  );
});

interface KeyProps {
  readonly withCmds: boolean;
  /** Name of the second plan. */
  readonly second: string | null;
}

const Key = memo(function Key({ withCmds, second }: KeyProps) {
  return (
    <ul className="chart-key">
      <li>
        <i className="swatch swatch-vision" />
        vision neurons kept
      </li>
      <li>
        <i className="swatch swatch-text" />
        text neurons kept
      </li>
      <li>
        <i className="swatch swatch-group-kept" />
        attention group kept
      </li>
      <li>
        <i className="swatch swatch-group-gone" />
        gone
      </li>
      {second && (
        <li>
          <i className="swatch swatch-second" />
          {second}, neurons kept
        </li>
      )}
      {withCmds && (
        <li>
          <i className="swatch swatch-line" />
          CMDS of the MLP, own scale
        </li>
      )}
    </ul>
  );
});
