/**
 * The small visual world: a scene is a handful of objects on a loose 3 × 3 grid. Everything that can be said about a
 * picture of this world can be checked against its scene.
 */

export const shapes = ["ball", "cube", "cone", "cylinder", "ring"] as const;
export const colours = ["red", "orange", "yellow", "green", "blue", "purple", "pink"] as const;
export const materials = ["wooden", "metal", "glass", "rubber"] as const;
export const sizes = ["small", "large"] as const;

export type Shape = (typeof shapes)[number];
export type Colour = (typeof colours)[number];
export type Material = (typeof materials)[number];
export type Size = (typeof sizes)[number];

export interface SceneObject {
  readonly shape: Shape;
  readonly colour: Colour;
  readonly material: Material;
  readonly size: Size;
  /** Centre, as a share of the picture's width from the left, 0..1. */
  readonly x: number;
  /** Centre, as a share of the picture's height from the top, 0..1. */
  readonly y: number;
}

export interface Scene {
  /** 2..7 objects in reading order (by cell), each in a cell of its own, no two alike in both colour and shape. */
  readonly objects: readonly SceneObject[];
}

export const GRID = 3;
export const CELLS = GRID * GRID;
export const MINIMUM_OBJECTS = 2;
export const MAXIMUM_OBJECTS = 7;

/** Half the width of an object's box, as a share of the picture. */
export const radii: Readonly<Record<Size, number>> = { small: 0.085, large: 0.13 };

/** How far a centre may lie from its cell's: the object's box stays inside the cell, with a little air. */
export function largestOffset(size: Size): number {
  return 1 / GRID / 2 - radii[size] - 0.01;
}

export interface Cell {
  /** 0 at the top. */
  readonly row: number;
  /** 0 at the left. */
  readonly column: number;
}

/** The grid cell under a point, 0 (top left) to 8 (bottom right); points outside belong to the nearest cell. */
export function cellAt(x: number, y: number): number {
  const index = (share: number) => Math.min(GRID - 1, Math.max(0, Math.floor(share * GRID)));
  return index(y) * GRID + index(x);
}

export function cellOf(object: SceneObject): number {
  return cellAt(object.x, object.y);
}

export function rowAndColumn(cell: number): Cell {
  return { row: Math.floor(cell / GRID), column: cell % GRID };
}

/** The objects of each row, from the top; empty rows included. */
export function rowsOf(scene: Scene): readonly (readonly SceneObject[])[] {
  return Array.from({ length: GRID }, (_, row) =>
    scene.objects.filter((object) => rowAndColumn(cellOf(object)).row === row),
  );
}

/** The centre of a cell, as shares of the picture. */
export function cellCentre(cell: number): { readonly x: number; readonly y: number } {
  const { row, column } = rowAndColumn(cell);
  return { x: roundShare((column + 0.5) / GRID), y: roundShare((row + 0.5) / GRID) };
}

/** Positions are kept to a ten-thousandth, so that a scene is the same after a trip through JSON. */
export function roundShare(share: number): number {
  return Math.round(share * 10_000) / 10_000;
}

/** The objects in reading order: by row, then from left to right. */
export function inReadingOrder(objects: readonly SceneObject[]): readonly SceneObject[] {
  return [...objects].sort((left, right) => cellOf(left) - cellOf(right));
}
