/** What a stylesheet draws around and behind an element: background, border and outline as marks. */
import { faded, type ReadColour } from "./colours.ts";
import type { Gradient, Mark, ShapeMark, Stroke } from "./scene.ts";

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

const SIDES = ["Top", "Right", "Bottom", "Left"] as const;
/** Dashes of a line of width 1. */
const DASHES: Readonly<Record<string, readonly number[]>> = { dashed: [3, 2], dotted: [1, 1.5] };

/** Marks of one box, from the back to the front. */
export function boxMarks(box: Box, style: CSSStyleDeclaration, opacity: number, read: ReadColour): Mark[] {
  const marks: Mark[] = [];
  const radius = Math.min(Number.parseFloat(style.borderTopLeftRadius) || 0, box.width / 2, box.height / 2);
  const background = faded(read(style.backgroundColor), opacity);
  if (background) marks.push(shape(roundedPath(box, radius), { fill: background }));
  const gradient = parseGradient(style.backgroundImage, read);
  if (gradient) marks.push(shape(roundedPath(box, radius), { fill: gradient, box }));
  marks.push(...borderMarks(box, style, radius, opacity, read));
  const outline = strokeOf(style.outlineStyle, style.outlineWidth, faded(read(style.outlineColor), opacity));
  if (outline) {
    const grown = (Number.parseFloat(style.outlineOffset) || 0) + outline.width / 2;
    marks.push(shape(roundedPath(grow(box, grown), radius), { stroke: outline }));
  }
  return marks;
}

function borderMarks(box: Box, style: CSSStyleDeclaration, radius: number, opacity: number, read: ReadColour): Mark[] {
  const sides = SIDES.map((side) => {
    const line = style[`border${side}Style`];
    const width = line === "none" || line === "hidden" ? 0 : Number.parseFloat(style[`border${side}Width`]) || 0;
    return { line, width, colour: width > 0 ? faded(read(style[`border${side}Color`]), opacity) : null };
  });
  const [top, right, bottom, left] = sides;
  if (!top || !right || !bottom || !left || sides.every(({ colour }) => colour === null)) return [];
  const alike = sides.every(
    ({ line, width, colour }) => line === top.line && width === top.width && colour?.hex === top.colour?.hex,
  );
  if (alike) {
    const stroke = strokeOf(top.line, `${top.width}`, top.colour);
    return stroke ? [shape(roundedPath(grow(box, -top.width / 2), radius), { stroke })] : [];
  }
  // Each side is a trapezium between the outer and the inner box, as browsers draw it: triangles are made this way, too.
  const outer = corners(box);
  const inner = corners({
    x: box.x + left.width,
    y: box.y + top.width,
    width: box.width - left.width - right.width,
    height: box.height - top.width - bottom.width,
  });
  return sides.flatMap(({ colour }, side) => {
    const next = (side + 1) % 4;
    const path = [outer[side], outer[next], inner[next], inner[side]].map((point) => point?.join(" ")).join("L");
    return colour ? [shape(`M${path}Z`, { fill: colour })] : [];
  });
}

function corners({ x, y, width, height }: Box): readonly (readonly [number, number])[] {
  return [
    [x, y],
    [x + width, y],
    [x + width, y + height],
    [x, y + height],
  ];
}

function strokeOf(line: string, width: string, colour: Stroke["colour"] | null): Stroke | null {
  const wide = Number.parseFloat(width) || 0;
  if (line === "none" || line === "hidden" || wide === 0 || !colour) return null;
  return { colour, width: wide, dash: (DASHES[line] ?? []).map((dash) => dash * wide), round: false };
}

/** A gradient to the right or down whose colours have equal distances, or the places that they name; null for others. */
export function parseGradient(text: string, read: ReadColour): Gradient | null {
  const found = /^linear-gradient\((?:(90deg|to right|180deg|to bottom), )?(.*)\)$/.exec(text);
  if (!found) return null;
  const [, direction = "180deg", list = ""] = found;
  const parts = list.split(/, (?![^()]*\))/);
  const stops = parts.flatMap((part, place) => {
    const [, colour = part, percent] = /^(.*?)(?: ([\d.]+)%)?$/.exec(part) ?? [];
    const value = read(colour);
    const at = percent === undefined ? place / Math.max(1, parts.length - 1) : Number(percent) / 100;
    return value ? [{ at, colour: value }] : [];
  });
  return stops.length > 0
    ? { towards: /90deg|right/.test(direction) && direction !== "180deg" ? "right" : "bottom", stops }
    : null;
}

export function shape(path: string, parts: Partial<Pick<ShapeMark, "fill" | "stroke" | "box" | "matrix">>): ShapeMark {
  return { kind: "shape", path, matrix: null, fill: null, stroke: null, box: null, ...parts };
}

function grow({ x, y, width, height }: Box, by: number): Box {
  return { x: x - by, y: y - by, width: width + 2 * by, height: height + 2 * by };
}

function roundedPath({ x, y, width, height }: Box, radius: number): string {
  if (radius < 0.5) return `M${x} ${y}h${width}v${height}h${-width}Z`;
  const r = Math.min(radius, width / 2, height / 2);
  const arc = (dx: number, dy: number) => `a${r} ${r} 0 0 1 ${dx} ${dy}`;
  return `M${x + r} ${y}h${width - 2 * r}${arc(r, r)}v${height - 2 * r}${arc(-r, r)}h${2 * r - width}${arc(-r, -r)}v${2 * r - height}${arc(r, -r)}Z`;
}
