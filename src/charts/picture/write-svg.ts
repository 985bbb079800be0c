/**
 * A picture as SVG that stands alone: no stylesheet, script or address, colours as attributes, faces named with others that
 * stand in. Text is text and can be edited; where it had a certain room on the page it is fitted to that.
 */
import { escapeText } from "./escape.ts";
import {
  type Colour,
  FACES,
  type Gradient,
  type ImageMark,
  isGradient,
  type Mark,
  MONO_FACES,
  type Scene,
  type ShapeMark,
  type TextMark,
} from "./scene.ts";

export interface SvgOptions {
  /** Put before every id, which have to differ where several pictures stand in one document. */
  readonly idPrefix?: string;
  /** Whether it stands in HTML: then without the XML declaration. */
  readonly inline?: boolean;
}

export function writeSvg(scene: Scene, { idPrefix = "", inline = false }: SvgOptions = {}): string {
  const width = number(scene.width);
  const height = number(scene.height);
  const gradients: string[] = [];
  const body = scene.marks.map((mark) => writeMark(mark, idPrefix, gradients));
  const title = `${idPrefix}title`;
  const description = `${idPrefix}description`;
  return [
    ...(inline ? [] : ['<?xml version="1.0" encoding="UTF-8"?>']),
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-labelledby="${title} ${description}" font-family="${FACES}" style="font-variant-numeric: tabular-nums">`,
    `<title id="${title}">${escapeText(scene.title)}</title>`,
    `<desc id="${description}">${escapeText(scene.description)}</desc>`,
    ...(gradients.length > 0 ? [`<defs>${gradients.join("")}</defs>`] : []),
    `<rect width="${width}" height="${height}"${paint("fill", scene.background)}/>`,
    ...body,
    "</svg>",
    "",
  ].join("\n");
}

function writeMark(mark: Mark, prefix: string, gradients: string[]): string {
  switch (mark.kind) {
    case "shape":
      return writeShape(mark, prefix, gradients);
    case "text":
      return writeText(mark);
    case "image":
      return writeImage(mark);
  }
}

function writeShape({ path, matrix, fill, stroke, box }: ShapeMark, prefix: string, gradients: string[]): string {
  let filled = ' fill="none"';
  if (fill && isGradient(fill)) {
    const id = `${prefix}gradient-${gradients.length + 1}`;
    gradients.push(writeGradient(id, fill, box));
    filled = ` fill="url(#${id})"`;
  } else if (fill) filled = paint("fill", fill);
  const stroked = stroke
    ? `${paint("stroke", stroke.colour)} stroke-width="${number(stroke.width)}"${
        stroke.dash.length > 0 ? ` stroke-dasharray="${stroke.dash.map(number).join(" ")}"` : ""
      }${stroke.round ? ' stroke-linejoin="round"' : ""}`
    : "";
  return `<path d="${escapeText(rounded(path))}"${filled}${stroked}${transform(matrix)}/>`;
}

function writeGradient(id: string, { towards, stops }: Gradient, box: ShapeMark["box"]): string {
  const { x = 0, y = 0, width = 0, height = 0 } = box ?? {};
  const [toX, toY] = towards === "right" ? [x + width, y] : [x, y + height];
  const written = stops.map(
    ({ at, colour }) =>
      `<stop offset="${number(at)}" stop-color="${colour.hex}"${
        colour.opacity < 1 ? ` stop-opacity="${number(colour.opacity)}"` : ""
      }/>`,
  );
  return `<linearGradient id="${id}" gradientUnits="userSpaceOnUse" x1="${number(x)}" y1="${number(y)}" x2="${number(toX)}" y2="${number(toY)}">${written.join("")}</linearGradient>`;
}

function writeText(mark: TextMark): string {
  const { text, x, y, anchor, size, weight, italic, mono, colour, width, matrix } = mark;
  const fitted = width === null ? "" : ` textLength="${number(width)}" lengthAdjust="spacingAndGlyphs"`;
  return `<text x="${number(x)}" y="${number(y)}" font-size="${number(size)}"${weight === 400 ? "" : ` font-weight="${weight}"`}${
    italic ? ' font-style="italic"' : ""
  }${mono ? ` font-family="${MONO_FACES}"` : ""}${anchor === "start" ? "" : ` text-anchor="${anchor}"`}${paint("fill", colour)}${fitted}${transform(matrix)}>${escapeText(text)}</text>`;
}

function writeImage({ x, y, width, height, href, pixelated }: ImageMark): string {
  const edges = pixelated ? ' style="image-rendering: pixelated"' : "";
  return `<image x="${number(x)}" y="${number(y)}" width="${number(width)}" height="${number(height)}" preserveAspectRatio="none"${edges} href="${escapeText(href)}"/>`;
}

function paint(name: "fill" | "stroke", { hex, opacity }: Colour): string {
  return ` ${name}="${hex}"${opacity < 1 ? ` ${name}-opacity="${number(opacity)}"` : ""}`;
}

function transform(matrix: TextMark["matrix"]): string {
  if (!matrix) return "";
  const [a, b, c, d, e, f] = matrix;
  if (a === 1 && b === 0 && c === 0 && d === 1) return ` transform="translate(${number(e)} ${number(f)})"`;
  return ` transform="matrix(${[a, b, c, d].map((value) => Number(value.toFixed(4))).join(" ")} ${number(e)} ${number(f)})"`;
}

/** With at most two decimals, and never as "1e-7". */
function number(value: number): string {
  return String(Number(value.toFixed(2)) || 0);
}

/** All numbers of a path in the same way. */
function rounded(path: string): string {
  return path.replace(/-?\d*\.\d{3,}(?:e-?\d+)?/gi, (found) => number(Number(found)));
}
