/**
 * Data → shapes, words and table of the retention chart.
 *
 * A frame is a handful of path strings, one per colour, whatever the number of layers: that keeps the DOM small
 * enough to redraw with the thumb.
 */

import type { FrameData } from "../../core/frame-data.ts";
import { TOWERS_AS_READ } from "../../core/unit.ts";
import { formatCount, formatShare, layerName } from "../format.ts";
import { type ChartTable, tableOf } from "../frame/table.ts";
import { keptShare, type LayerRow, spanSize } from "../layers.ts";
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
      bars[row.tower] += rectanglePath(band.x, y, band.width, geometry.plotBottom - y);
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
    const foot = band.width < NARROW ? top : Math.min(geometry.plotBottom, round(top + OUTLINE_SIDE));
    path += `M${round(band.x)} ${foot}V${top}h${round(band.width)}V${foot}`;
  });
  return path;
}

/** The full height of every bar, drawn once behind the kept share. */
export function trackPath(geometry: RetentionGeometry): string {
  const height = geometry.plotBottom - geometry.plotTop;
  return geometry.bands.map((band) => rectanglePath(band.x, geometry.plotTop, band.width, height)).join("");
}

export interface CmdsLine {
  readonly path: string;
  readonly points: readonly { readonly x: number; readonly y: number; readonly row: number; readonly value: number }[];
  readonly minimum: number;
  readonly maximum: number;
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
  const finite = values.filter((point) => Number.isFinite(point.value));
  if (finite.length === 0) return null;
  const minimum = Math.min(...finite.map((point) => point.value));
  const maximum = Math.max(...finite.map((point) => point.value));
  const span = maximum - minimum;
  const top = geometry.plotTop + CMDS_INSET;
  const bottom = geometry.plotBottom - CMDS_INSET;
  const points = finite.map(({ row, value }) => {
    const share = span > 0 ? (value - minimum) / span : 0.5;
    return { x: round(geometry.bands[row]?.center ?? 0), y: round(bottom - share * (bottom - top)), row, value };
  });
  const path = points.map((point, index) => `${index === 0 ? "M" : "L"}${point.x} ${point.y}`).join("");
  return { path, points, minimum, maximum };
}

/** Totals of one kind of unit. */
export function keptTotals(
  rows: readonly LayerRow[],
  kind: "attention" | "mlp",
  keptPerModule: Uint32Array,
): { readonly kept: number; readonly all: number } {
  let kept = 0;
  let all = 0;
  for (const row of rows) {
    const span = row[kind];
    if (!span) continue;
    kept += keptPerModule[span.index] ?? 0;
    all += spanSize(span);
  }
  return { kept, all };
}

/** What the chart shows, as sentences for people who do not see it. */
export function retentionSummary(
  rows: readonly LayerRow[],
  frame: FrameData,
  cmds: Float64Array | null,
  second: SecondPlan | null = null,
): string {
  const sentences = [`Ratio ${formatShare(frame.askedRatio, 1)} asked, ${formatShare(frame.reachedRatio, 1)} reached.`];
  for (const tower of TOWERS_AS_READ) {
    const shares = rows
      .filter((row) => row.tower === tower)
      .flatMap((row) => {
        const share = keptShare(row.mlp, frame.keptPerModule);
        return share === null ? [] : [{ layer: row.layer, share }];
      })
      .sort((a, b) => a.share - b.share);
    const least = shares[0];
    const most = shares[shares.length - 1];
    if (!least || !most) continue;
    const extent =
      least.share === most.share
        ? `keep ${formatShare(most.share)} of their MLP neurons in every layer`
        : `keep ${formatShare(least.share)} (layer ${least.layer}) to ${formatShare(most.share)} (layer ${most.layer}) of their MLP neurons`;
    sentences.push(`${tower === "vision" ? "Vision" : "Text"} layers ${extent}.`);
  }
  const groups = keptTotals(rows, "attention", frame.keptPerModule);
  if (groups.all > 0) {
    sentences.push(`${formatCount(groups.kept)} of ${formatCount(groups.all)} attention groups and heads are kept.`);
  }
  const peak = cmds ? peakOf(rows, cmds) : null;
  if (peak) sentences.push(`CMDS is highest in text layer ${peak.layer} (${peak.value.toFixed(2)}).`);
  const apart = second ? furthestApart(rows, frame.keptPerModule, second.keptPerModule) : null;
  if (second && apart) {
    sentences.push(
      `${second.name}, outlined, differs most in ${layerName(apart.tower, apart.layer)}: it keeps ${formatShare(apart.second)} instead of ${formatShare(apart.first)}.`,
    );
  }
  return sentences.join(" ");
}

function furthestApart(rows: readonly LayerRow[], first: Uint32Array, second: Uint32Array) {
  let apart: (Pick<LayerRow, "tower" | "layer"> & { first: number; second: number }) | null = null;
  for (const { tower, layer, mlp } of rows) {
    const shares = { first: keptShare(mlp, first), second: keptShare(mlp, second) };
    if (shares.first === null || shares.second === null) continue;
    const own = { tower, layer, first: shares.first, second: shares.second };
    if (!apart || Math.abs(own.first - own.second) > Math.abs(apart.first - apart.second)) apart = own;
  }
  return apart;
}

function peakOf(rows: readonly LayerRow[], cmds: Float64Array): { layer: number; value: number } | null {
  let peak: { layer: number; value: number } | null = null;
  for (const row of rows) {
    if (row.tower !== "text" || !row.mlp) continue;
    const value = cmds[row.mlp.index] ?? Number.NaN;
    if (Number.isFinite(value) && value > (peak?.value ?? Number.NEGATIVE_INFINITY)) peak = { layer: row.layer, value };
  }
  return peak;
}

/** One layer in words, as the line under the chart reads it out. */
export function layerReadout(
  row: LayerRow,
  frame: FrameData,
  cmds: Float64Array | null,
  second: SecondPlan | null = null,
): string {
  const parts: string[] = [];
  const share = keptShare(row.mlp, frame.keptPerModule);
  if (row.mlp && share !== null) {
    const kept = formatCount(frame.keptPerModule[row.mlp.index] ?? 0);
    parts.push(`${kept} of ${formatCount(spanSize(row.mlp))} MLP neurons (${formatShare(share)})`);
  }
  if (row.attention) {
    const noun = row.tower === "vision" ? "attention heads" : "attention groups";
    parts.push(`${frame.keptPerModule[row.attention.index] ?? 0} of ${spanSize(row.attention)} ${noun}`);
  }
  if (cmds && row.tower === "text" && row.mlp) parts.push(`CMDS ${(cmds[row.mlp.index] ?? 0).toFixed(3)}`);
  const other = second ? `; ${second.name} ${secondReadout(row, second)}` : "";
  return `${layerName(row.tower, row.layer)}: ${parts.join(", ")}${other}`;
}

/** "keeps 40 % of the neurons, 2 of 3 groups". */
function secondReadout({ mlp, attention }: LayerRow, { keptPerModule }: SecondPlan): string {
  const share = keptShare(mlp, keptPerModule);
  const parts = [
    ...(share === null ? [] : [`${formatShare(share)} of the neurons`]),
    ...(attention ? [`${keptPerModule[attention.index] ?? 0} of ${spanSize(attention)} groups`] : []),
  ];
  return `keeps ${parts.join(", ")}`;
}

/** One row per layer: units kept and there, of both modules, with their CMDS, and what a second plan keeps. */
export function retentionTable(
  rows: readonly LayerRow[],
  frame: FrameData,
  cmds: Float64Array | null,
  second: SecondPlan | null = null,
): ChartTable {
  const share = (value: number) => formatShare(value, 1);
  const three = (value: number) => value.toFixed(3);
  return tableOf(
    [
      { label: "Tower", kind: "text" },
      { label: "Layer", kind: "number" },
      { label: "MLP neurons kept", kind: "number", format: formatCount },
      { label: "MLP neurons", kind: "number", format: formatCount },
      { label: "MLP share kept", kind: "number", format: share },
      { label: "Attention groups kept", kind: "number" },
      { label: "Attention groups", kind: "number" },
      { label: "CMDS, MLP", kind: "number", format: three },
      { label: "CMDS, attention", kind: "number", format: three },
      ...(second
        ? [
            { label: `MLP share kept, ${second.name}`, kind: "number" as const, format: share },
            { label: `Attention groups kept, ${second.name}`, kind: "number" as const },
          ]
        : []),
    ],
    rows.map((row) => [
      row.tower,
      row.layer,
      row.mlp ? (frame.keptPerModule[row.mlp.index] ?? 0) : null,
      row.mlp ? spanSize(row.mlp) : null,
      keptShare(row.mlp, frame.keptPerModule),
      row.attention ? (frame.keptPerModule[row.attention.index] ?? 0) : null,
      row.attention ? spanSize(row.attention) : null,
      cmds && row.mlp && row.tower === "text" ? (cmds[row.mlp.index] ?? null) : null,
      cmds && row.attention && row.tower === "text" ? (cmds[row.attention.index] ?? null) : null,
      ...(second
        ? [
            keptShare(row.mlp, second.keptPerModule),
            row.attention ? (second.keptPerModule[row.attention.index] ?? 0) : null,
          ]
        : []),
    ]),
  );
}
