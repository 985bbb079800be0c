/** Data → shapes, words and table of the small pictures of one measure per layer. */
import { layerName } from "../format.ts";
import { type ChartTable, tableOf } from "../frame/table.ts";
import type { BottomTick } from "../plot/Axes.tsx";
import { type PlotBox, plotBox, valueY } from "../plot/box.ts";
import { thinned } from "../plot/labels.ts";
import { rectanglePath, round } from "../plot/paths.ts";
import { linearScale, type ValueScale } from "../plot/scale.ts";
import type { LayerView } from "./data.ts";
import { formatMetric } from "./estimates.ts";

const HEIGHT = 74;
const MARGIN = { left: 40, right: 8, top: 6, bottom: 16 } as const;
const TOWER_GAP = 18;

export interface LayerPlace {
  readonly tower: "vision" | "text";
  readonly layer: number;
}

/** Every layer that any view has, vision first. */
export function layersOf(views: readonly LayerView[]): readonly LayerPlace[] {
  const found = new Map<string, LayerPlace>();
  for (const { values } of views) {
    for (const { tower, layer } of values) found.set(`${tower}.${layer}`, { tower, layer });
  }
  return [...found.values()].sort((a, b) => (a.tower === b.tower ? a.layer - b.layer : a.tower === "vision" ? -1 : 1));
}

export interface LayerColumns {
  readonly width: number;
  readonly step: number;
  /** Middle of each layer's column. */
  readonly middles: readonly number[];
  readonly labels: readonly BottomTick[];
}

/** Columns that all views share, so that a layer stands above itself. */
export function layerColumns(layers: readonly LayerPlace[], width: number): LayerColumns {
  const vision = layers.filter(({ tower }) => tower === "vision").length;
  const gap = vision > 0 && vision < layers.length ? TOWER_GAP : 0;
  const step = (width - MARGIN.left - MARGIN.right - gap) / Math.max(1, layers.length);
  const every = thinned(step);
  const middles = layers.map(({ tower }, place) =>
    round(MARGIN.left + step * (place + 0.5) + (tower === "text" ? gap : 0)),
  );
  const labels = layers.flatMap(({ layer }, place) =>
    layer % every === 0 ? [{ x: middles[place] ?? 0, text: String(layer) }] : [],
  );
  return { width, step, middles, labels };
}

export interface LayerViewDrawing {
  readonly box: PlotBox;
  readonly scale: ValueScale;
  readonly zero: number;
  readonly vision: string;
  readonly text: string;
}

/** The bars of one view, one path for each tower, from 0 to the value. */
export function drawLayerView(view: LayerView, layers: readonly LayerPlace[], columns: LayerColumns): LayerViewDrawing {
  const box = plotBox(columns.width, HEIGHT, MARGIN);
  const values = layers.map((place) => layerValue(view, place));
  const finite = values.filter((value) => value !== null);
  const full = linearScale(Math.min(0, ...finite), Math.max(0, ...finite));
  const scale = { ...full, ticks: [...new Set([full.minimum, 0, full.maximum])] };
  const zero = valueY(box, scale, 0);
  const wide = Math.max(1.5, Math.min(24, columns.step - (columns.step > 14 ? 4 : 2)));
  const paths = { vision: "", text: "" };
  layers.forEach(({ tower }, place) => {
    const value = values[place] ?? null;
    if (value === null) return;
    const y = valueY(box, scale, value);
    paths[tower] += rectanglePath(
      (columns.middles[place] ?? 0) - wide / 2,
      Math.min(y, zero),
      wide,
      Math.abs(zero - y),
    );
  });
  return { box, scale, zero, ...paths };
}

/** The view's value at a layer; null where it has none. */
export function layerValue(view: LayerView, { tower, layer }: LayerPlace): number | null {
  const value = view.values.find((one) => one.tower === tower && one.layer === layer)?.value ?? null;
  return value !== null && Number.isFinite(value) ? value : null;
}

/** "text layer 7: 0.142"; "not defined". */
export function layerViewReadout(view: LayerView, place: LayerPlace): string {
  const value = layerValue(view, place);
  return `${layerName(place.tower, place.layer)}: ${value === null ? "not defined" : formatMetric(view, value)}`;
}

/** One layer in all views, as a sentence. */
export function layerReadout(views: readonly LayerView[], place: LayerPlace): string {
  const parts = views.map((view) => {
    const value = layerValue(view, place);
    return `${view.label} ${value === null ? "not defined" : formatMetric(view, value)}`;
  });
  return `${layerName(place.tower, place.layer)}: ${parts.join(", ")}.`;
}

/** What one view shows, as a sentence for people who do not see it. */
export function layerViewSummary(view: LayerView): string {
  const measured = layersOf([view])
    .flatMap((place) => {
      const value = layerValue(view, place);
      return value === null ? [] : [{ place, value }];
    })
    .sort((a, b) => a.value - b.value);
  const [least, most] = [measured[0], measured.at(-1)];
  if (!least || !most) return `${view.label} per layer. Nothing measured yet.`;
  return `${view.label} of ${measured.length} layers, from ${formatMetric(view, least.value)} (${layerName(least.place.tower, least.place.layer)}) to ${formatMetric(view, most.value)} (${layerName(most.place.tower, most.place.layer)}).`;
}

/** One row for each layer, a column for each view. */
export function layerViewsTable(views: readonly LayerView[]): ChartTable {
  return tableOf(
    [
      { label: "Tower", kind: "text" },
      { label: "Layer", kind: "number" },
      ...views.map((view) => ({
        label: view.label,
        kind: "number" as const,
        format: (value: number) => formatMetric(view, value),
      })),
    ],
    layersOf(views).map((place) => [place.tower, place.layer, ...views.map((view) => layerValue(view, place))]),
  );
}
