/**
 * Where each unit lies in the neuron field, in columns of device pixels.
 *
 * A row per layer. Attention groups are wide cells at the row's start, the MLP neurons follow after a gap. Where a
 * row has more neurons than columns, several share one.
 */
import { type LayerRow, type ModuleSpan, spanSize } from "../layers.ts";

export interface FieldGeometry {
  readonly rows: readonly LayerRow[];
  /** Width of the picture in columns. */
  readonly columns: number;
  /** The attention cells take columns 0 to here (excluded). */
  readonly attentionColumns: number;
  /** The neurons take columns from here to the end. */
  readonly mlpStart: number;
}

/** Share of the width that the attention cells take. */
const ATTENTION_SHARE = 0.1;

/** Lays out `rows` over `columns` device pixels; `gap` columns stay free between attention and MLP. */
export function fieldGeometry(rows: readonly LayerRow[], columns: number, gap: number): FieldGeometry {
  const width = Math.max(16, Math.floor(columns));
  const withAttention = rows.some((row) => spanSize(row.attention) > 0);
  const attentionColumns = withAttention ? Math.max(8, Math.round(width * ATTENTION_SHARE)) : 0;
  return { rows, columns: width, attentionColumns, mlpStart: withAttention ? attentionColumns + gap : 0 };
}

/** Columns `[from, to)` that a module's cells take. */
export function moduleColumns(geometry: FieldGeometry, kind: "attention" | "mlp"): readonly [number, number] {
  return kind === "attention" ? [0, geometry.attentionColumns] : [geometry.mlpStart, geometry.columns];
}

/** The unit under a column (may be fractional) of a row; -1 where there is none, as in the gap. */
export function unitAt(geometry: FieldGeometry, row: number, column: number): number {
  const layer = geometry.rows[row];
  if (!layer) return -1;
  for (const kind of ["attention", "mlp"] as const) {
    const span = layer[kind];
    const [from, to] = moduleColumns(geometry, kind);
    if (!span || column < from || column >= to) continue;
    const size = spanSize(span);
    return size === 0 ? -1 : span.start + Math.min(size - 1, Math.floor(((column - from) / (to - from)) * size));
  }
  return -1;
}

/** Units `first` to `end` (excluded) of one module. */
export interface UnitRun {
  readonly first: number;
  readonly end: number;
}

/** The units that share the painted column under a place: one where cells are wide enough, none in the gap. */
export function unitsAt(geometry: FieldGeometry, row: number, column: number): UnitRun | null {
  const unit = unitAt(geometry, row, column);
  const place = unit < 0 ? null : placeOf(geometry, unit);
  if (!place) return null;
  const { start } = place.span;
  const [from, to] = moduleColumns(geometry, place.kind);
  const size = spanSize(place.span);
  if (size <= to - from) return { first: unit, end: unit + 1 };
  const painted = Math.floor(column) - from;
  return {
    first: start + firstOfColumn(painted, size, to - from),
    end: start + firstOfColumn(painted + 1, size, to - from),
  };
}

/** The first of `size` units that a column of `width` shows, counted from the module's first. */
export function firstOfColumn(column: number, size: number, width: number): number {
  return Math.floor((column * size) / width);
}

export interface UnitPlace {
  readonly row: number;
  readonly kind: "attention" | "mlp";
  readonly span: ModuleSpan;
  /** Columns `[from, to)` of the unit's cell, fractional. */
  readonly from: number;
  readonly to: number;
}

/** Row and columns of a unit; null when no row holds it. */
export function placeOf(geometry: FieldGeometry, unit: number): UnitPlace | null {
  for (const [row, layer] of geometry.rows.entries()) {
    for (const kind of ["attention", "mlp"] as const) {
      const span = layer[kind];
      if (!span || unit < span.start || unit >= span.end) continue;
      const [start, end] = moduleColumns(geometry, kind);
      const cell = (end - start) / spanSize(span);
      const from = start + (unit - span.start) * cell;
      return { row, kind, span, from, to: from + cell };
    }
  }
  return null;
}

export type FieldKey = "ArrowLeft" | "ArrowRight" | "ArrowUp" | "ArrowDown" | "Home" | "End" | "PageUp" | "PageDown";

/** Units that Page keys jump over. */
const PAGE_UNITS = 32;

/**
 * Where a key takes the cursor: left and right along the row (attention first, then neurons), up and down to the
 * unit at the same place of the next row, Home and End to the row's ends, Page keys 32 units.
 */
export function moveCursor(geometry: FieldGeometry, unit: number, key: FieldKey): number {
  const place = placeOf(geometry, unit);
  if (!place) return firstUnit(geometry);
  const layer = geometry.rows[place.row];
  if (!layer) return unit;
  const units = rowUnits(layer);
  const at = units.indexOf(unit);
  const last = units.length - 1;
  const within = (index: number) => units[Math.max(0, Math.min(last, index))] ?? unit;
  switch (key) {
    case "ArrowLeft":
      return within(at - 1);
    case "ArrowRight":
      return within(at + 1);
    case "PageUp":
      return within(at - PAGE_UNITS);
    case "PageDown":
      return within(at + PAGE_UNITS);
    case "Home":
      return within(0);
    case "End":
      return within(last);
    case "ArrowUp":
    case "ArrowDown": {
      const row = place.row + (key === "ArrowUp" ? -1 : 1);
      const next = unitAt(geometry, row, (place.from + place.to) / 2);
      return next >= 0 ? next : unit;
    }
    default:
      return key satisfies never;
  }
}

/** The first unit that is drawn, -1 in an empty field. */
export function firstUnit(geometry: FieldGeometry): number {
  for (const row of geometry.rows) {
    const first = rowUnits(row)[0];
    if (first !== undefined) return first;
  }
  return -1;
}

function rowUnits(row: LayerRow): readonly number[] {
  const units: number[] = [];
  for (const span of [row.attention, row.mlp]) {
    if (span) for (let unit = span.start; unit < span.end; unit++) units.push(unit);
  }
  return units;
}
