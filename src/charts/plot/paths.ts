/** SVG path pieces that charts share. */

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** A rectangle as an SVG path, rounded to a hundredth of a pixel. */
export function rectanglePath(x: number, y: number, width: number, height: number): string {
  return `M${round(x)} ${round(y)}h${round(width)}v${round(height)}h${round(-width)}z`;
}

/** A line through points. */
export function linePath(points: readonly Point[]): string {
  return points.map(({ x, y }, index) => `${index === 0 ? "M" : "L"}${round(x)} ${round(y)}`).join("");
}

/** A vertical interval around x with short ends. */
export function whiskerPath(x: number, top: number, bottom: number, half = 3): string {
  const [left, wide] = [round(x - half), round(2 * half)];
  return `M${left} ${round(top)}h${wide}M${left} ${round(bottom)}h${wide}M${round(x)} ${round(top)}V${round(bottom)}`;
}

/** Rounded to a hundredth of a pixel: keeps path strings short. */
export function round(value: number): number {
  return Math.round(value * 100) / 100;
}
