/**
 * Widths of an MLP of `units` neurons in whole tiles: multiples of `tile`, and the dense width, whatever it is. The narrowest
 * is one tile, or all of an MLP that is narrower than that.
 */

/** The widest that is not above `width`, but the narrowest at least. */
export function widthBelow(width: number, units: number, tile: number): number {
  if (width >= units) return units;
  return Math.min(units, Math.max(tile, Math.floor(width / tile) * tile));
}

/** The narrowest that is not below `width`. */
export function widthAbove(width: number, units: number, tile: number): number {
  return Math.min(units, Math.max(tile, Math.ceil(width / tile) * tile));
}
