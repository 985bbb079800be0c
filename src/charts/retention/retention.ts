/**
 * Data → shapes of the retention chart.
 *
 * A frame is a handful of path strings, one per colour, whatever the number of layers: that keeps the DOM small
 * enough to redraw with the thumb.
 */
import type { FrameData } from "../../core/frame-data.ts";
import { keptShare, type LayerRow } from "../layers.ts";
import { type OwnScale, ownScale } from "../plot/box.ts";
import { linePath, rectanglePath, round } from "../plot/paths.ts";
import { fractionPath, pipPath, type RetentionGeometry, shareY } from "./retention-geometry.ts";

export interface RetentionPaths {
  /** Bars of each tower: share of MLP neurons kept. */
  readonly vision: string;
  readonly text: string;
  /** Attention groups kept and gone, pips and fraction bars together. */
  readonly groupsKept: string;
  readonly groupsGone: string;
}

/** The shapes that change with the thumb. */
export function retentionPaths(
  geometry: RetentionGeometry,
  rows: readonly LayerRow[],
  frame: Pick<FrameData, "keep" | "keptPerModule">,
): RetentionPaths {
  const bars = { vision: "", text: "" };
  let groupsKept = "";
  let groupsGone = "";
  rows.forEach((row, index) => {
    const band = geometry.bands[index];
    if (!band) return;
    const share = keptShare(row.mlp, frame.keptPerModule);
    if (share) {
      const y = shareY(geometry, share);
      bars[row.tower] += rectanglePath(band.x, y, band.width, geometry.box.bottom - y);
    }
    for (const pip of band.pips) {
      if (frame.keep[pip.unit]) groupsKept += pipPath(pip);
      else groupsGone += pipPath(pip);
    }
    if (band.fraction) {
      groupsKept += fractionPath(geometry, band, keptShare(row.attention, frame.keptPerModule) ?? 0);
      groupsGone += fractionPath(geometry, band, 1);
    }
  });
  return { ...bars, groupsKept, groupsGone };
}

/** Another method's plan in the same chart, drawn as outlines over the bars. */
export interface SecondPlan {
  /** "Wanda-SP". */
  readonly name: string;
  readonly keptPerModule: Uint32Array;
}

/** Sides of an outlined bar, at most this long: whole ones would double every gap between bars. */
const OUTLINE_SIDE = 7;
/** Bars narrower than this are outlined by their tops alone. */
const NARROW = 9;

/** Tops of the bars that a second plan would have, with the beginnings of their sides, all in one path. */
export function outlinePath(geometry: RetentionGeometry, rows: readonly LayerRow[], second: SecondPlan): string {
  let path = "";
  rows.forEach((row, index) => {
    const band = geometry.bands[index];
    const share = keptShare(row.mlp, second.keptPerModule);
    if (!band || share === null) return;
    const top = round(shareY(geometry, share));
    const foot = band.width < NARROW ? top : Math.min(geometry.box.bottom, round(top + OUTLINE_SIDE));
    path += `M${round(band.x)} ${foot}V${top}h${round(band.width)}V${foot}`;
  });
  return path;
}

/** The full height of every bar, drawn once behind the kept share. */
export function trackPath(geometry: RetentionGeometry): string {
  const height = geometry.box.bottom - geometry.box.top;
  return geometry.bands.map((band) => rectanglePath(band.x, geometry.box.top, band.width, height)).join("");
}

export interface CmdsLine {
  readonly path: string;
  readonly points: readonly { readonly x: number; readonly y: number; readonly row: number; readonly value: number }[];
  readonly scale: OwnScale;
}

/** Space in pixels above and below the line, so that its ends do not sit on the frame. */
const CMDS_INSET = 8;

/**
 * CMDS of the text layers' MLP modules on its own scale, minimum to maximum. All equal: a line at half height.
 * Null without text layers.
 */
export function cmdsLine(geometry: RetentionGeometry, rows: readonly LayerRow[], cmds: Float64Array): CmdsLine | null {
  const values = rows.flatMap((row, index) =>
    row.tower === "text" && row.mlp ? [{ row: index, value: cmds[row.mlp.index] ?? Number.NaN }] : [],
  );
  const scale = ownScale(
    geometry.box,
    values.map(({ value }) => value),
    CMDS_INSET,
  );
  if (!scale) return null;
  const points = values
    .filter(({ value }) => Number.isFinite(value))
    .map(({ row, value }) => ({ x: geometry.middles[row] ?? 0, y: round(scale.y(value)), row, value }));
  return { path: linePath(points), points, scale };
}
