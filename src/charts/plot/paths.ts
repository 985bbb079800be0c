/** SVG path pieces that the hand-drawn charts share. */

/** A rectangle as an SVG path, rounded to a hundredth of a pixel. */
export function rectanglePath(x: number, y: number, width: number, height: number): string {
  return `M${round(x)} ${round(y)}h${round(width)}v${round(height)}h${round(-width)}z`;
}

/** Rounded to a hundredth of a pixel: keeps path strings short. */
export function round(value: number): number {
  return Math.round(value * 100) / 100;
}
