/** What each side keeps of every layer, strip below strip on one scale; the layer that is pointed at is marked in all. */

import { useMemo } from "react";
import { ChartFrame } from "../frame/ChartFrame.tsx";
import { BottomAxis, ValueAxis } from "../plot/Axes.tsx";
import { nearest } from "../plot/box.ts";
import { CursorBand } from "../plot/CursorBand.tsx";
import key from "../plot/key.module.css";
import { Plot, Readout } from "../plot/Plot.tsx";
import { TowerKey } from "../plot/TowerKey.tsx";
import towers from "../plot/towers.module.css";
import type { ChartCursor } from "../plot/use-cursor.ts";
import { useChartWidth } from "../plot/use-width.ts";
import { type ComparedSide, contextOfSides } from "./data.ts";
import styles from "./LayerSharesChart.module.css";
import { columnReadout, drawLayerShares, layerSharesSummary, layerSharesTable, SHARES } from "./layer-shares.ts";

export interface LayerSharesChartProps {
  readonly sides: readonly ComparedSide[];
  /** Column that is pointed at, here or in another chart of the same layers. */
  readonly at: number | null;
  readonly onPoint: (at: number | null) => void;
  readonly headingLevel?: 2 | 3 | 4;
}

const percent = (share: number) => `${share * 100}%`;

export function LayerSharesChart({ sides, at, onPoint, headingLevel }: LayerSharesChartProps) {
  const [ref, width] = useChartWidth<HTMLDivElement>(640);
  const drawing = useMemo(() => drawLayerShares(sides, width), [sides, width]);
  const { columns, middles, step, strips } = drawing;
  const cursor = pointAt(middles, at, onPoint);
  const column = cursor.at === null ? undefined : columns[cursor.at];
  const reading = column ? columnReadout(sides, column) : null;
  const middle = cursor.at === null ? undefined : middles[cursor.at];
  return (
    <ChartFrame
      context={contextOfSides(sides)}
      {...(headingLevel && { headingLevel })}
      title="Layers compared"
      sentence="How much of each layer every side keeps (retention), on one scale; the layer that you point at is marked in all."
      table={() => layerSharesTable(sides, columns)}
    >
      <div ref={ref}>
        <Plot
          width={drawing.width}
          height={drawing.height}
          summary={layerSharesSummary(sides, columns)}
          cursor={cursor}
          step="Layer of all sides"
          count={columns.length}
          reading={reading ?? "no layer"}
        >
          {strips.map(({ id, name, box, nameY, vision, text, attention }, place) => (
            <g key={id}>
              <text className={styles.stripName} x={box.left} y={nameY}>
                {name}
              </text>
              <ValueAxis box={box} scale={SHARES} format={percent} />
              <CursorBand box={box} middle={middle} step={step} className={styles.current} />
              <path className={towers.barVision} d={vision} />
              <path className={towers.barText} d={text} />
              <path className={styles.attentionHalo} d={attention} />
              <path className={styles.attention} d={attention} />
              {place === strips.length - 1 && <BottomAxis box={box} ticks={drawing.labels} />}
            </g>
          ))}
        </Plot>
        <ul className={key.chartKey}>
          <TowerKey />
          <li>
            <i className={`${key.swatch} ${styles.swatchAttention}`} />
            attention kept
          </li>
        </ul>
        <Readout text={reading} hint="Point at a layer, or tab here and use the arrow keys." />
      </div>
    </ChartFrame>
  );
}

/** A cursor whose place somebody else holds. */
function pointAt(middles: readonly number[], at: number | null, move: (at: number | null) => void): ChartCursor {
  const toPointer: ChartCursor["pointer"]["onPointerMove"] = (event) => {
    move(nearest(middles, event.clientX - event.currentTarget.getBoundingClientRect().left));
  };
  return {
    at: at !== null && at < middles.length ? at : null,
    move,
    pointer: {
      onPointerMove: toPointer,
      onPointerDown: toPointer,
      onPointerLeave: (event) => event.pointerType !== "touch" && move(null),
    },
  };
}
