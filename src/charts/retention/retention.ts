/**
 * Data → shapes of the retention chart.
 *
 * A frame is a handful of path strings, one per colour, whatever the number of layers: that keeps the DOM small
 * enough to redraw with the thumb.
 */
import type { FrameData } from "../../core/frame-data.ts";
import { keptShare, type LayerRow } from "../layers.ts";
import { rectanglePath, round } from "../plot/paths.ts";
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

export interface CmdsStrip {
  /** Bars of the text layers, from zero up. */
  readonly bars: string;
  /** Highest value, which fills the strip. */
  readonly maximum: number;
  /** Middle of the layers that have no CMDS; null where all have one, and where there is no room to say so. */
  readonly without: number | null;
}

/** Room that "text layers only" needs, in units of the drawing. */
const NONE_ROOM = 100;

/** CMDS of the text layers' MLPs as bars from zero to the highest one. Null without a value above zero. */
export function cmdsStrip(
  geometry: RetentionGeometry,
  rows: readonly LayerRow[],
  cmds: Float64Array,
): CmdsStrip | null {
  const values = rows.map((row) =>
    row.tower === "text" && row.mlp ? (cmds[row.mlp.index] ?? Number.NaN) : Number.NaN,
  );
  const maximum = Math.max(0, ...values.filter(Number.isFinite));
  if (maximum === 0) return null;
  const { top, bottom } = geometry.strip;
  const bars = geometry.bands.map(({ x, width }, index) => {
    const value = values[index] ?? Number.NaN;
    const height = Number.isFinite(value) ? (Math.max(0, value) / maximum) * (bottom - top) : 0;
    return height > 0 ? rectanglePath(x, bottom - height, width, height) : "";
  });
  const vision = geometry.towers.find(({ tower }) => tower === "vision");
  const without = vision && vision.to - vision.from >= NONE_ROOM ? (vision.from + vision.to) / 2 : null;
  return { bars: bars.join(""), maximum, without };
}
