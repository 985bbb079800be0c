/**
 * Every unit of the model as one cell, a row per layer: attention groups first, then the MLP neurons. Kept cells
 * are shaded by rank, gone ones have one colour. Where a row has more units than pixels, a pixel is their mean. Pointer or arrow
 * keys name a unit (the pointer that of its pixel's which is worth most), click or Enter pins it.
 */

import { type KeyboardEvent, type PointerEvent, useId, useMemo, useRef, useState } from "react";
import type { FrameData } from "../../core/frame-data.ts";
import type { UnitIndex, UnitLayout } from "../../core/unit.ts";
import { formatCount } from "../format.ts";
import { ChartFrame } from "../frame/ChartFrame.tsx";
import type { Formula, FramedChartProps } from "../frame/chart-context.ts";
import { type LayerRow, layerRows } from "../layers.ts";
import { useChartScale } from "../plot/chart-scale.ts";
import plot from "../plot/Plot.module.css";
import towers from "../plot/towers.module.css";
import { useWidth } from "../plot/use-width.ts";
import { FieldCanvas, type FieldRowPlaces } from "./FieldCanvas.tsx";
import { FieldLegend } from "./FieldLegend.tsx";
import {
  type FieldGeometry,
  type FieldKey,
  fieldGeometry,
  firstUnit,
  moveCursor,
  placeOf,
  type UnitRun,
  unitsAt,
} from "./field-geometry.ts";
import { fieldSummary, fieldTable, runReadout, strongestOf, unitFacts, unitName } from "./field-words.ts";
import styles from "./NeuronField.module.css";
import { useDensity } from "./use-density.ts";

/** What the field means; its place says so before there is one. */
export const FIELD_SENTENCE = "One cell per neuron and attention group (unit); the stronger, the more it is worth.";

const defaults = {
  title: "Neuron field",
  width: 640,
  /** Height that the rows share, and bounds of one row, CSS pixels. */
  height: 236,
  rowHeight: [4, 13],
  towerHead: 18,
  labelWidth: 24,
} as const;

const KEYS: readonly string[] = [
  "ArrowLeft",
  "ArrowRight",
  "ArrowUp",
  "ArrowDown",
  "Home",
  "End",
  "PageUp",
  "PageDown",
] satisfies FieldKey[];

const isFieldKey = (key: string): key is FieldKey => KEYS.includes(key);

export interface NeuronFieldProps extends FramedChartProps {
  readonly layout: UnitLayout;
  /** A new object for each tick (its arrays may be the same ones): that is what triggers the repaint. */
  readonly frame: FrameData;
  /** Units that are marked. */
  readonly pinned?: readonly UnitIndex[];
  /** Click or Enter on a unit. */
  readonly onPin?: (unit: UnitIndex) => void;
  /** How the value came to be, with this model's numbers; a general one when absent. */
  readonly formula?: Formula;
}

/** The unit that is named and marked. */
interface Cursor {
  readonly unit: UnitIndex;
  /** Units that share the pointer's pixel, of which it is worth most; it alone where keys chose it. */
  readonly among: UnitRun;
  readonly byKey: boolean;
}

export function NeuronField({ layout, frame, pinned = [], onPin, formula, ...frameProps }: NeuronFieldProps) {
  const rows = useMemo(() => layerRows(layout), [layout]);
  const [ref, width] = useWidth<HTMLDivElement>(defaults.width);
  const density = useDensity();
  const scale = useChartScale();
  const labelWidth = Math.round(defaults.labelWidth * scale);
  const canvasRef = useRef<HTMLCanvasElement | null>(null);
  const geometry = useMemo(
    () => fieldGeometry(rows, (width - labelWidth) * density, Math.round(6 * density)),
    [rows, width, labelWidth, density],
  );
  const places = useMemo(() => rowPlaces(rows, scale), [rows, scale]);
  const [cursor, setCursor] = useState<Cursor | null>(null);
  const hint = useId();
  const facts = cursor ? unitFacts(layout, frame, cursor.unit) : null;

  const unitsUnder = (event: PointerEvent<HTMLElement>): UnitRun | null => {
    const box = canvasRef.current?.getBoundingClientRect();
    if (!box) return null;
    const y = event.clientY - box.top;
    const row = places.tops.findIndex((top) => y >= top && y < top + places.rowHeight);
    return unitsAt(geometry, row, (event.clientX - box.left) * density);
  };
  const onPointer = (event: PointerEvent<HTMLElement>) => {
    const among = unitsUnder(event);
    const unit = among && strongestOf(frame.values, among);
    setCursor(among && unit !== null ? { unit, among, byKey: false } : null);
    if (event.type === "pointerup" && unit !== null) onPin?.(unit);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (isFieldKey(event.key)) {
      const unit = cursor ? moveCursor(geometry, cursor.unit, event.key) : firstUnit(geometry);
      if (unit >= 0) setCursor({ unit, among: { first: unit, end: unit + 1 }, byKey: true });
    } else if ((event.key === "Enter" || event.key === " ") && cursor) onPin?.(cursor.unit);
    else if (event.key === "Escape") setCursor(null);
    else return;
    event.preventDefault();
  };

  return (
    <ChartFrame
      {...frameProps}
      title={defaults.title}
      sentence={FIELD_SENTENCE}
      formula={formula ?? fieldFormula(layout, frame)}
      table={() => fieldTable(layout, frame)}
    >
      <div ref={ref} className={styles.field}>
        <FieldLabels rows={rows} places={places} labelWidth={labelWidth} />
        <div
          role="application"
          aria-label="Cells of the neuron field"
          aria-describedby={hint}
          // biome-ignore lint/a11y/noNoninteractiveTabindex: the arrow keys move a cursor over the cells
          tabIndex={0}
          className={styles.fieldCells}
          style={{ marginLeft: labelWidth, height: places.height }}
          onPointerMove={onPointer}
          onPointerUp={onPointer}
          onPointerLeave={(event) => event.pointerType !== "touch" && setCursor(null)}
          onKeyDown={onKeyDown}
          onBlur={() => setCursor(null)}
        >
          <FieldCanvas
            layout={layout}
            frame={frame}
            geometry={geometry}
            places={places}
            density={density}
            label={fieldSummary(layout, frame)}
            canvasRef={canvasRef}
          />
          {pinned.map((unit) => (
            <Mark key={unit} kind="pin" unit={unit} geometry={geometry} places={places} density={density} />
          ))}
          {cursor && <Mark kind="cursor" unit={cursor.unit} geometry={geometry} places={places} density={density} />}
        </div>
        <p
          id={hint}
          className={`${plot.chartReadout} ${styles.fieldReadout}`}
          data-empty={!facts || undefined}
          aria-live={cursor?.byKey ? "polite" : "off"}
        >
          {facts && cursor
            ? runReadout(layout, frame, cursor.among, facts)
            : "Point at a cell, or tab here and use the arrow keys; click or Enter pins it."}
        </p>
        <FieldLegend pinned={pinned.map((unit) => unitName(layout, unit))} />
      </div>
    </ChartFrame>
  );
}

function fieldFormula(layout: UnitLayout, frame: FrameData): Formula {
  return {
    expression: "v(u) = A(u) · P(module of u), shade = rank of v(u) ÷ parameters(u)",
    withNumbers: `${formatCount(frame.keptUnits)} of ${formatCount(layout.unitCount)} units kept, ${formatCount(frame.keptParameters)} of ${formatCount(layout.structuralParameters)} structural parameters`,
    source: "µCRASP, arXiv 2605.25842, fusion and protection; shading by rank is a project decision",
  };
}

/** Stacks the rows, with a head above each tower. */
function rowPlaces(rows: readonly LayerRow[], scale: number): FieldRowPlaces {
  const [least, most] = defaults.rowHeight;
  const fitting = Math.max(least, Math.min(most, Math.floor(defaults.height / Math.max(1, rows.length))));
  const rowHeight = Math.round(fitting * scale);
  const towerHead = Math.round(defaults.towerHead * scale);
  let y = 0;
  const tops = rows.map((row, index) => {
    if (row.tower !== rows[index - 1]?.tower) y += towerHead;
    const top = y;
    y += rowHeight;
    return top;
  });
  return { rowHeight, towerHead, tops, height: y };
}

interface MarkProps {
  readonly kind: "pin" | "cursor";
  readonly unit: UnitIndex;
  readonly geometry: FieldGeometry;
  readonly places: FieldRowPlaces;
  readonly density: number;
}

function Mark({ kind, unit, geometry, places, density }: MarkProps) {
  const place = placeOf(geometry, unit);
  if (!place) return null;
  const width = Math.max(3, (place.to - place.from) / density);
  const center = (place.from + place.to) / 2 / density;
  return (
    <span
      className={`${styles.fieldMark} ${kind === "pin" ? styles.fieldMarkPin : styles.fieldMarkCursor}`}
      style={{
        left: center - width / 2 - 1,
        top: (places.tops[place.row] ?? 0) - 1,
        width: width + 2,
        height: places.rowHeight + 1,
      }}
    />
  );
}

interface FieldLabelsProps {
  readonly rows: readonly LayerRow[];
  readonly places: FieldRowPlaces;
  /** Room left of the cells, CSS pixels. */
  readonly labelWidth: number;
}

function FieldLabels({ rows, places, labelWidth }: FieldLabelsProps) {
  const every = places.rowHeight >= 10 ? 1 : 5;
  return (
    <div className={styles.fieldLabels} aria-hidden="true">
      {rows.map((row, index) => {
        const top = places.tops[index] ?? 0;
        const first = row.tower !== rows[index - 1]?.tower;
        return (
          <div key={`${row.tower}.${row.layer}`}>
            {first && (
              <div
                className={`${styles.fieldHead} ${row.tower === "vision" ? towers.towerVision : towers.towerText}`}
                style={{ top: top - places.towerHead, left: labelWidth }}
              >
                {row.tower === "vision"
                  ? "vision: attention heads, then MLP neurons"
                  : "text: attention groups, then MLP neurons"}
              </div>
            )}
            {row.layer % every === 0 && (
              <span className={styles.fieldRowLabel} style={{ top: top + places.rowHeight / 2, width: labelWidth - 6 }}>
                {row.layer}
              </span>
            )}
          </div>
        );
      })}
    </div>
  );
}
