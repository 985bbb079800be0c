/**
 * How eight series are told apart: each has its own dash and marker, so that colour only helps. The colours are the
 * properties --series-0 to --series-7 of the theme.
 */

import { type MethodName, methodNamed } from "../../core/methods/index.ts";
import { round } from "./paths.ts";

export const LOOKS = [0, 1, 2, 3, 4, 5, 6, 7] as const;

/** Colour, dash and marker of a series. */
export type Look = (typeof LOOKS)[number];

/** A method looks the same in every chart. One that is added needs a look of its own here. */
export const METHOD_LOOKS: Readonly<Record<MethodName, Look>> = {
  mucrasp: 0,
  "llm-pruner": 1,
  flap: 2,
  "wanda-sp": 3,
  attribution: 4,
  "magnitude-columns": 5,
  "magnitude-all": 6,
  random: 7,
};

/** @throws PivotscopeError `not-found` naming the methods there are. */
export function methodLook(name: string): Look {
  return METHOD_LOOKS[methodNamed(name).name];
}

/** SVG dash arrays; empty for a solid line. */
export const DASHES: Readonly<Record<Look, string>> = ["", "7 3", "2 3", "9 3 2 3", "", "7 3", "2 3", "12 4"];

/** Corners around the middle, in radii: circle (none), square, triangles, diamond, cross, star, bar, pentagon. */
const CORNERS: Readonly<Record<Look, readonly (readonly [number, number])[] | null>> = [
  null,
  corners([-0.85, -0.85], [0.85, -0.85], [0.85, 0.85], [-0.85, 0.85]),
  corners([0, -1.1], [1.05, 0.8], [-1.05, 0.8]),
  corners([0, -1.25], [1.25, 0], [0, 1.25], [-1.25, 0]),
  corners([0, 1.1], [1.05, -0.8], [-1.05, -0.8]),
  plus(),
  corners([-1.3, -0.55], [1.3, -0.55], [1.3, 0.55], [-1.3, 0.55]),
  corners([-0.55, -1.3], [0.55, -1.3], [0.55, 1.3], [-0.55, 1.3]),
];

/** The marker of a look around a point, as an SVG path. */
export function markerPath(look: Look, x: number, y: number, radius = 3.4): string {
  const points = CORNERS[look];
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
