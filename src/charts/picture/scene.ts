/**
 * A picture of a chart as a flat list of marks in CSS pixels: what is read off the page once, and written as SVG or painted
 * on a canvas. Text stays text.
 */

export interface Colour {
  /** "#1b6f3e". */
  readonly hex: string;
  /** 0..1. */
  readonly opacity: number;
}

/** Colours at equal distances, from left to right or from top to bottom. */
export interface Gradient {
  readonly towards: "right" | "bottom";
  readonly stops: readonly { readonly at: number; readonly colour: Colour }[];
}

export interface Stroke {
  readonly colour: Colour;
  readonly width: number;
  readonly dash: readonly number[];
  readonly round: boolean;
}

/** As SVG's matrix(a b c d e f). */
export type Matrix = readonly [number, number, number, number, number, number];

export interface ShapeMark {
  readonly kind: "shape";
  /** Path data. */
  readonly path: string;
  readonly matrix: Matrix | null;
  readonly fill: Colour | Gradient | null;
  readonly stroke: Stroke | null;
  /** Where a gradient runs; of other fills null. */
  readonly box: { readonly x: number; readonly y: number; readonly width: number; readonly height: number } | null;
}

export interface TextMark {
  readonly kind: "text";
  readonly text: string;
  /** Where it is anchored, on its base line. */
  readonly x: number;
  readonly y: number;
  readonly anchor: "start" | "middle" | "end";
  readonly size: number;
  readonly weight: number;
  readonly italic: boolean;
  readonly mono: boolean;
  readonly colour: Colour;
  /** The room that it took on the page, to which another face is fitted; null where it may be as wide as it is. */
  readonly width: number | null;
  readonly matrix: Matrix | null;
}

export interface ImageMark {
  readonly kind: "image";
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  /** A data URL, so that the picture stands alone. */
  readonly href: string;
  /** The same to be painted. */
  readonly source: CanvasImageSource | null;
  /** Whether its pixels are cells, which keep their edges when it is enlarged. */
  readonly pixelated: boolean;
}

export type Mark = ShapeMark | TextMark | ImageMark;

export interface Scene {
  readonly title: string;
  /** What it is and whose it is, for those who do not see it. */
  readonly description: string;
  readonly width: number;
  readonly height: number;
  readonly background: Colour;
  readonly marks: readonly Mark[];
}

/** Faces for the page's own, which a foreign program seldom has. */
export const FACES = "'Inter Variable', Inter, 'Helvetica Neue', Arial, 'Liberation Sans', sans-serif";
export const MONO_FACES = "'SF Mono', 'Cascadia Code', Consolas, 'DejaVu Sans Mono', monospace";

export function isGradient(fill: Colour | Gradient): fill is Gradient {
  return "stops" in fill;
}
