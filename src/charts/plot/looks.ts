/**
 * How eight series are told apart: each has its own dash and marker, so that colour only helps. The colours are the
 * properties --series-0 to --series-7 of the theme.
 */

import type { SeriesName } from "../experiments/data.ts";
import { round } from "./paths.ts";

export const LOOK_COUNT = 8;

/** SVG dash arrays; empty for a solid line. */
export const DASHES: readonly string[] = ["", "7 3", "2 3", "9 3 2 3", "", "7 3", "2 3", "12 4"];

/** Corners around the middle, in radii: circle (none), square, triangles, diamond, cross, star, bar, pentagon. */
const CORNERS: readonly (readonly (readonly [number, number])[] | null)[] = [
  null,
  corners([-0.85, -0.85], [0.85, -0.85], [0.85, 0.85], [-0.85, 0.85]),
  corners([0, -1.1], [1.05, 0.8], [-1.05, 0.8]),
  corners([0, -1.25], [1.25, 0], [0, 1.25], [-1.25, 0]),
  corners([0, 1.1], [1.05, -0.8], [-1.05, -0.8]),
  plus(),
  corners([-1.3, -0.55], [1.3, -0.55], [1.3, 0.55], [-1.3, 0.55]),
  corners([-0.55, -1.3], [0.55, -1.3], [0.55, 1.3], [-0.55, 1.3]),
];

/** The look of a series: the one it asks for, or its place in the list; beyond eight they begin again. */
export function lookOf(series: SeriesName, place: number): number {
  return (series.look ?? place) % LOOK_COUNT;
}

/** The marker of a look around a point, as an SVG path. */
export function markerPath(look: number, x: number, y: number, radius = 3.4): string {
  const points = CORNERS[look % LOOK_COUNT];
  if (!points) {
    const [r, wide] = [round(radius), round(2 * radius)];
    return `M${round(x - radius)} ${round(y)}a${r} ${r} 0 1 0 ${wide} 0a${r} ${r} 0 1 0 ${-wide} 0z`;
  }
  return `${points.map(([dx, dy], index) => `${index === 0 ? "M" : "L"}${round(x + dx * radius)} ${round(y + dy * radius)}`).join("")}z`;
}

function corners(...points: readonly (readonly [number, number])[]): readonly (readonly [number, number])[] {
  return points;
}

function plus(): readonly (readonly [number, number])[] {
  const [near, far] = [0.4, 1.25];
  return [
    [-near, -far],
    [near, -far],
    [near, -near],
    [far, -near],
    [far, near],
    [near, near],
    [near, far],
    [-near, far],
    [-near, near],
    [-far, near],
    [-far, -near],
    [-near, -near],
  ];
}
