/**
 * Shares of every layer that each side keeps, on one scale: a strip of bars for each side, one column for each layer. Sides of
 * models with other numbers of layers are laid over the same columns by their relative depth.
 */
import { TOWERS_AS_READ, type Tower, type UnitLayout } from "../../core/unit.ts";
import { formatShare, layerName } from "../format.ts";
import { type ChartTable, tableOf } from "../frame/table.ts";
import { keptShare, type LayerRow, layerRows } from "../layers.ts";
import type { BottomTick } from "../plot/Axes.tsx";
import { type PlotBox, plotBox, valueY } from "../plot/box.ts";
import { thinned } from "../plot/labels.ts";
import { rectanglePath, round } from "../plot/paths.ts";
import { tickScale } from "../plot/scale.ts";
import type { ComparedSide } from "./data.ts";

export const SHARES = tickScale([0, 0.5, 1]);

const MARGIN = { left: 34, right: 8, top: 22, bottom: 18 } as const;
const STRIP_HEIGHT = 104;
const TOWER_GAP = 14;

/** A place on the common axis of depth: place `index` of `count` in its tower. */
export interface LayerColumn {
  readonly tower: Tower;
  readonly index: number;
  readonly count: number;
}

/** One column for each layer of whichever side has most of them, by tower in the order in which people read them. */
export function layerColumns(sides: readonly Pick<ComparedSide, "layout">[]): readonly LayerColumn[] {
  const all = sides.map(({ layout }) => towersOf(layout));
  return TOWERS_AS_READ.flatMap((tower) => {
    const count = Math.max(0, ...all.map((towers) => towers[tower].length));
    return Array.from({ length: count }, (_, index) => ({ tower, index, count }));
  });
}

const KNOWN = new WeakMap<UnitLayout, Readonly<Record<Tower, readonly LayerRow[]>>>();

/** The layers of each tower; looked for once in each layout. */
function towersOf(layout: UnitLayout): Readonly<Record<Tower, readonly LayerRow[]>> {
  const known = KNOWN.get(layout);
  if (known) return known;
  const rows = layerRows(layout);
  const found = {
    vision: rows.filter(({ tower }) => tower === "vision"),
    text: rows.filter(({ tower }) => tower === "text"),
  };
  KNOWN.set(layout, found);
  return found;
}

/** The side's layer at a column; null where its model has no such tower. */
export function layerAt(
  { layout }: Pick<ComparedSide, "layout">,
  { tower, index, count }: LayerColumn,
): LayerRow | null {
  const rows = towersOf(layout)[tower];
  return rows[Math.floor((index * rows.length) / count)] ?? null;
}

export interface SideStrip {
  readonly id: string;
  readonly name: string;
  readonly box: PlotBox;
  readonly nameY: number;
  /** Bars of MLP neurons by tower, and marks at the share of attention groups. */
  readonly vision: string;
  readonly text: string;
  readonly attention: string;
}

export interface LayerShares {
  readonly width: number;
  readonly height: number;
  readonly columns: readonly LayerColumn[];
  readonly middles: readonly number[];
  /** How wide a column is, CSS pixels. */
  readonly step: number;
  readonly strips: readonly SideStrip[];
  /** Numbers of layers, where all sides have the same. */
  readonly labels: readonly BottomTick[];
}

/** Lays the sides out over `width` CSS pixels, one strip below another. */
export function drawLayerShares(sides: readonly ComparedSide[], width: number): LayerShares {
  const columns = layerColumns(sides);
  const gap = new Set(columns.map(({ tower }) => tower)).size > 1 ? TOWER_GAP : 0;
  const step = Math.max(1, (width - MARGIN.left - MARGIN.right - gap) / Math.max(1, columns.length));
  const middles = columns.map(({ tower }, place) =>
    round(MARGIN.left + step * (place + 0.5) + (tower === "text" ? gap : 0)),
  );
  const wide = Math.max(1, step - (step > 10 ? 3 : 1));
  const strips = sides.map((side, place): SideStrip => {
    const top = place * STRIP_HEIGHT;
    const own = plotBox(width, STRIP_HEIGHT, MARGIN);
    const box = { ...own, top: own.top + top, bottom: own.bottom + top, height: STRIP_HEIGHT * sides.length };
    const paths = { vision: "", text: "", attention: "" };
    columns.forEach((column, index) => {
      const layer = layerAt(side, column);
      const x = (middles[index] ?? 0) - wide / 2;
      const neurons = layer && keptShare(layer.mlp, side.frame.keptPerModule);
      const groups = layer && keptShare(layer.attention, side.frame.keptPerModule);
      if (neurons) {
        const y = valueY(box, SHARES, neurons);
        paths[column.tower] += rectanglePath(x, y, wide, box.bottom - y);
      }
      if (groups !== null) paths.attention += `M${round(x)} ${round(valueY(box, SHARES, groups))}h${round(wide)}`;
    });
    return { id: side.id, name: side.name, box, nameY: top + 13, ...paths };
  });
  const every = thinned(step);
  const comparable = sides.every((side) => columns.every((column) => layerAt(side, column)?.layer === column.index));
  return {
    width,
    height: STRIP_HEIGHT * sides.length,
    columns,
    middles,
    step,
    strips,
    labels: comparable
      ? columns.flatMap(({ index }, place) =>
          index % every === 0 ? [{ x: middles[place] ?? 0, text: String(index) }] : [],
        )
      : [],
  };
}

/** "text layer 3", or where the sides have other layers there, each side's own. */
function columnName(sides: readonly ComparedSide[], column: LayerColumn): string {
  const layers = sides.flatMap((side) => layerAt(side, column)?.layer ?? []);
  if (new Set(layers).size === 1) return layerName(column.tower, layers[0] ?? 0);
  return `${column.tower} layers ${layers.join(" and ")}, at ${formatShare((column.index + 0.5) / column.count)} of the depth`;
}

/** What all sides keep at a column, in a sentence. */
export function columnReadout(sides: readonly ComparedSide[], column: LayerColumn): string {
  const kept = sides.map((side) => {
    const layer = layerAt(side, column);
    if (!layer) return `${side.name} has none`;
    const [neurons, groups] = [layer.mlp, layer.attention].map(
      (span) => keptShare(span, side.frame.keptPerModule) ?? Number.NaN,
    );
    return `${side.name} keeps ${formatShare(neurons ?? Number.NaN)} of the neurons, ${formatShare(groups ?? Number.NaN)} of the heads`;
  });
  return `${columnName(sides, column)}: ${kept.join("; ")}.`;
}

/** Where the sides differ most, in a sentence: the drawing's accessible name. */
export function layerSharesSummary(sides: readonly ComparedSide[], columns: readonly LayerColumn[]): string {
  let apart: { readonly column: LayerColumn; readonly by: number } | null = null;
  for (const column of columns) {
    const shares = sides.flatMap(
      (side) => keptShare(layerAt(side, column)?.mlp ?? null, side.frame.keptPerModule) ?? [],
    );
    const by = shares.length > 1 ? Math.max(...shares) - Math.min(...shares) : 0;
    if (by > (apart?.by ?? 0)) apart = { column, by };
  }
  const names = `Share of each layer's neurons kept by ${sides.map(({ name }) => name).join(", ")}.`;
  return apart ? `${names} They differ most in ${columnReadout(sides, apart.column)}` : `${names} They are equal.`;
}

/** One row for each column, two columns for each side. */
export function layerSharesTable(sides: readonly ComparedSide[], columns: readonly LayerColumn[]): ChartTable {
  const share = (value: number) => formatShare(value, 1);
  return tableOf(
    [
      { label: "Layer", kind: "text" },
      ...sides.flatMap(({ name }, place) =>
        ["neurons", "attention"].map((what) => ({
          label: `${place + 1} ${name}: ${what} kept`,
          kind: "number" as const,
          format: share,
        })),
      ),
    ],
    columns.map((column) => [
      columnName(sides, column),
      ...sides.flatMap((side) => {
        const layer = layerAt(side, column);
        return [layer?.mlp ?? null, layer?.attention ?? null].map((span) => keptShare(span, side.frame.keptPerModule));
      }),
    ]),
  );
}
