/** The shapes and texts of a drawing in the page, as its stylesheets make them look. */
import { faded, type ReadColour } from "./colours.ts";
import type { Mark, Matrix, Stroke } from "./scene.ts";

const NOT_DRAWN = new Set(["defs", "clipPath", "title", "desc", "metadata", "style"]);

export interface DrawingOptions {
  /** Place of the picture's corner in the window. */
  readonly origin: { readonly x: number; readonly y: number };
  readonly opacity: number;
  readonly read: ReadColour;
}

export function drawingMarks(drawing: SVGSVGElement, options: DrawingOptions): Mark[] {
  return [...drawing.children].flatMap((child) => elementMarks(child, options));
}

function elementMarks(element: Element, options: DrawingOptions): Mark[] {
  if (!(element instanceof SVGGraphicsElement) || NOT_DRAWN.has(element.localName)) return [];
  const style = getComputedStyle(element);
  if (style.display === "none" || style.visibility === "hidden") return [];
  const inside = { ...options, opacity: options.opacity * Number(style.opacity) };
  if (element.localName === "g" || element.localName === "svg" || element.localName === "a") {
    return [...element.children].flatMap((child) => elementMarks(child, inside));
  }
  const matrix = matrixOf(element, inside.origin);
  if (element.localName === "text") return textMarks(element, style, matrix, inside);
  const path = pathOf(element);
  if (path === "") return [];
  const fill = faded(inside.read(style.fill), inside.opacity * Number(style.fillOpacity));
  const stroke = strokeOf(style, inside);
  return fill || stroke ? [{ kind: "shape", path, matrix, fill, stroke, box: null }] : [];
}

function strokeOf(style: CSSStyleDeclaration, { read, opacity }: DrawingOptions): Stroke | null {
  const colour = faded(read(style.stroke), opacity * Number(style.strokeOpacity));
  const width = Number.parseFloat(style.strokeWidth);
  if (!colour || !(width > 0)) return null;
  const dash = style.strokeDasharray === "none" ? [] : style.strokeDasharray.split(/[ ,]+/).map(Number.parseFloat);
  return { colour, width, dash, round: style.strokeLinejoin === "round" };
}

function textMarks(element: Element, style: CSSStyleDeclaration, matrix: Matrix, options: DrawingOptions): Mark[] {
  const text = (element.textContent ?? "").replaceAll(/\s+/g, " ").trim();
  const colour = faded(options.read(style.fill), options.opacity * Number(style.fillOpacity));
  if (text === "" || !colour) return [];
  const { textAnchor } = style;
  return [
    {
      kind: "text",
      text,
      x: value(element, "x"),
      y: value(element, "y"),
      anchor: textAnchor === "middle" || textAnchor === "end" ? textAnchor : "start",
      size: Number.parseFloat(style.fontSize),
      weight: Number(style.fontWeight) || 400,
      italic: style.fontStyle === "italic",
      mono: /mono/i.test(style.fontFamily.split(",")[0] ?? ""),
      colour,
      width: null,
      matrix,
    },
  ];
}

/** From the element's own coordinates to the picture's. */
function matrixOf(element: SVGGraphicsElement, origin: DrawingOptions["origin"]): Matrix {
  const matrix = element.getScreenCTM();
  if (!matrix) return [1, 0, 0, 1, 0, 0];
  const { a, b, c, d, e, f } = matrix;
  return [a, b, c, d, e - origin.x, f - origin.y];
}

/** Path data of any shape; empty for what is none. */
function pathOf(element: Element): string {
  const at = (name: string) => value(element, name);
  switch (element.localName) {
    case "path":
      return element.getAttribute("d") ?? "";
    case "line":
      return `M${at("x1")} ${at("y1")}L${at("x2")} ${at("y2")}`;
    case "rect":
      return at("width") > 0 && at("height") > 0
        ? `M${at("x")} ${at("y")}h${at("width")}v${at("height")}h${-at("width")}Z`
        : "";
    case "circle": {
      const r = at("r");
      return `M${at("cx") - r} ${at("cy")}a${r} ${r} 0 1 0 ${2 * r} 0a${r} ${r} 0 1 0 ${-2 * r} 0Z`;
    }
    default:
      return "";
  }
}

function value(element: Element, name: string): number {
  return Number.parseFloat(element.getAttribute(name) ?? "0") || 0;
}
