/**
 * Where things lie in the retention chart. Everything here depends on the layout and the width alone, so it is
 * computed once per resize and not per frame.
 */
import { TOWERS_AS_READ } from "../../core/unit.ts";
import { type LayerRow, spanSize } from "../layers.ts";
import type { BottomTick } from "../plot/Axes.tsx";
import type { PlotBox } from "../plot/box.ts";
import { thinned } from "../plot/labels.ts";
import { rectanglePath, round } from "../plot/paths.ts";

/** More groups than this are drawn as one fraction bar instead of a pip each. */
export const MAXIMUM_PIPS = 8;

const MARGIN = { left: 44, right: 8, top: 10 } as const;
const PLOT_HEIGHT = 116;
const PIP = 4;
const PIP_STEP = 6;
const FRACTION_HEIGHT = 4;
const TOWER_GAP = 18;
/** Of the strip of CMDS below the names of the towers, and the room above it. */
const STRIP_HEIGHT = 24;
const STRIP_GAP = 12;

export interface Pip {
  /** Unit that the pip stands for. */
  readonly unit: number;
  readonly x: number;
  readonly y: number;
}

export interface Band {
  /** Left edge and width of the bar, CSS pixels. */
  readonly x: number;
  readonly width: number;
  readonly center: number;
  /** One pip per attention group; empty where a fraction bar is drawn instead. */
  readonly pips: readonly Pip[];
  /** Whether the attention module is drawn as a fraction bar. */
  readonly fraction: boolean;
}

export interface RetentionGeometry {
  readonly width: number;
  readonly height: number;
  /** Where the bars stand. */
  readonly box: PlotBox;
  readonly pipTop: number;
  readonly labelY: number;
  readonly towerY: number;
  /** Where the bars of CMDS stand. */
  readonly strip: { readonly top: number; readonly bottom: number };
  /** One per layer row, in order, and the middle of each. */
  readonly bands: readonly Band[];
  readonly middles: readonly number[];
  /** Numbers of the layers for which there is room. */
  readonly labels: readonly BottomTick[];
  /** Extent of each tower that is there, for its caption. */
  readonly towers: readonly { readonly tower: "vision" | "text"; readonly from: number; readonly to: number }[];
}

/** Lays out `rows` over `width` CSS pixels. */
export function retentionGeometry(rows: readonly LayerRow[], width: number): RetentionGeometry {
  const plotLeft = MARGIN.left;
  const plotRight = Math.max(plotLeft + 40, width - MARGIN.right);
  const plotTop = MARGIN.top;
  const plotBottom = plotTop + PLOT_HEIGHT;
  const pipTop = plotBottom + 6;
  const visionCount = rows.filter((row) => row.tower === "vision").length;
  const gap = visionCount > 0 && visionCount < rows.length ? TOWER_GAP : 0;
  const step = (plotRight - plotLeft - gap) / Math.max(1, rows.length);
  const barWidth = Math.max(2, Math.min(34, step - (step > 14 ? 4 : 2)));
  const every = thinned(step);

  const bands = rows.map((row, index): Band => {
    const center = plotLeft + step * (index + 0.5) + (row.tower === "text" ? gap : 0);
    const groups = spanSize(row.attention);
    const fraction = groups > MAXIMUM_PIPS;
    const columns = Math.max(1, Math.min(groups, Math.floor((step - 2) / PIP_STEP)));
    const left = center - (columns * PIP_STEP - (PIP_STEP - PIP)) / 2;
    const pips = fraction
      ? []
      : Array.from({ length: groups }, (_, group) => ({
          unit: (row.attention?.start ?? 0) + group,
          x: left + (group % columns) * PIP_STEP,
          y: pipTop + Math.floor(group / columns) * PIP_STEP,
        }));
    return { x: center - barWidth / 2, width: barWidth, center, pips, fraction };
  });

  const pipBottom = bands.reduce(
    (bottom, band) => band.pips.reduce((y, pip) => Math.max(y, pip.y + PIP), bottom),
    pipTop + FRACTION_HEIGHT,
  );
  const labelY = pipBottom + 13;
  const towerY = labelY + 16;
  const towers = TOWERS_AS_READ.flatMap((tower) => {
    const own = bands.filter((_, index) => rows[index]?.tower === tower);
    const first = own[0];
    const last = own[own.length - 1];
    return first && last ? [{ tower, from: first.x, to: last.x + last.width }] : [];
  });
  const strip = { top: towerY + STRIP_GAP, bottom: towerY + STRIP_GAP + STRIP_HEIGHT };
  const height = strip.bottom + 4;
  return {
    width,
    height,
    box: { width, height, left: plotLeft, right: plotRight, top: plotTop, bottom: plotBottom },
    pipTop,
    labelY,
    towerY,
    strip,
    bands,
    middles: bands.map(({ center }) => round(center)),
    labels: rows.flatMap(({ layer }, index) =>
      layer % every === 0 ? [{ x: round(bands[index]?.center ?? 0), text: String(layer) }] : [],
    ),
    towers,
  };
}

/** y of a share 0..1 in the plot. */
export function shareY({ box }: RetentionGeometry, share: number): number {
  return box.bottom - share * (box.bottom - box.top);
}

/** The square of one pip as an SVG path. */
export function pipPath(pip: Pip): string {
  return rectanglePath(pip.x, pip.y, PIP, PIP);
}

/** The first `share` of a band's fraction bar as an SVG path. */
export function fractionPath(geometry: RetentionGeometry, band: Band, share: number): string {
  return rectanglePath(band.x, geometry.pipTop, band.width * share, FRACTION_HEIGHT);
}
