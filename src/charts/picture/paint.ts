/** A picture as PNG: the same marks on a canvas, in the page's own faces. */
import { PivotscopeError } from "../../core/errors.ts";
import { type Colour, isGradient, type Mark, type Scene, type ShapeMark, type TextMark } from "./scene.ts";

/** Pixels for each CSS pixel: sharp on slides and in print. */
const SCALE = 2;

/** Faces of the page, which a canvas may use. */
export interface PageFaces {
  readonly text: string;
  readonly mono: string;
}

/**
 * @param scale pixels for each CSS pixel.
 * @throws PivotscopeError `out-of-memory` where the browser gives no canvas or picture of that size.
 */
export async function paintPng(scene: Scene, faces: PageFaces, scale = SCALE): Promise<Blob> {
  const canvas = document.createElement("canvas");
  canvas.width = Math.ceil(scene.width * scale);
  canvas.height = Math.ceil(scene.height * scale);
  const context = canvas.getContext("2d");
  if (context) {
    context.setTransform(scale, 0, 0, scale, 0, 0);
    context.fillStyle = css(scene.background);
    context.fillRect(0, 0, scene.width, scene.height);
    for (const mark of scene.marks) {
      context.save();
      paintMark(context, mark, faces);
      context.restore();
    }
  }
  const blob = context && (await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, "image/png")));
  if (blob) return blob;
  throw new PivotscopeError(
    "out-of-memory",
    `This browser makes no PNG of ${canvas.width} × ${canvas.height} pixels.`,
    "Save it as SVG, which has no such limit.",
  );
}

function paintMark(context: CanvasRenderingContext2D, mark: Mark, faces: PageFaces): void {
  if (mark.kind === "shape") paintShape(context, mark);
  else if (mark.kind === "text") paintText(context, mark, faces);
  else if (mark.source) {
    context.imageSmoothingEnabled = !mark.pixelated;
    context.drawImage(mark.source, mark.x, mark.y, mark.width, mark.height);
  }
}

function paintShape(context: CanvasRenderingContext2D, { path, matrix, fill, stroke, box }: ShapeMark): void {
  if (matrix) context.transform(...matrix);
  const shape = new Path2D(path);
  if (fill && isGradient(fill) && box) {
    const right = fill.towards === "right";
    const gradient = context.createLinearGradient(
      box.x,
      box.y,
      right ? box.x + box.width : box.x,
      right ? box.y : box.y + box.height,
    );
    for (const { at, colour } of fill.stops) gradient.addColorStop(at, css(colour));
    context.fillStyle = gradient;
    context.fill(shape);
  } else if (fill && !isGradient(fill)) {
    context.fillStyle = css(fill);
    context.fill(shape);
  }
  if (!stroke) return;
  context.strokeStyle = css(stroke.colour);
  context.lineWidth = stroke.width;
  context.setLineDash([...stroke.dash]);
  context.lineJoin = stroke.round ? "round" : "miter";
  context.stroke(shape);
}

function paintText(context: CanvasRenderingContext2D, mark: TextMark, faces: PageFaces): void {
  const { text, x, y, anchor, size, weight, italic, mono, colour, width, matrix } = mark;
  if (matrix) context.transform(...matrix);
  context.font = `${italic ? "italic " : ""}${weight} ${size}px ${mono ? faces.mono : faces.text}`;
  context.textAlign = anchor === "middle" ? "center" : anchor;
  context.fillStyle = css(colour);
  context.translate(x, y);
  if (width === null) {
    context.fillText(text, 0, 0);
    return;
  }
  const own = context.measureText(text).width;
  if (own <= 0) return;
  if (!paintFigures(context, text, width)) {
    context.scale(width / own, 1);
    context.fillText(text, 0, 0);
  }
}

/**
 * Text with figures as the page sets them, each in a room of one width, which a canvas does not know. Whether it could: the
 * room has to be about a figure's own, or the text was fitted to its width for another reason.
 */
function paintFigures(context: CanvasRenderingContext2D, text: string, width: number): boolean {
  const parts = text.split(/(\d)/).filter((part) => part !== "");
  const isFigure = (part: string) => /^\d$/.test(part);
  const widths = parts.map((part) => context.measureText(part).width);
  const figures = parts.filter(isFigure).length;
  const others = widths.reduce((sum, own, place) => sum + (isFigure(parts[place] ?? "") ? 0 : own), 0);
  const room = (width - others) / figures;
  const usual = context.measureText("0").width;
  if (figures === 0 || room < 0.85 * usual || room > 1.15 * usual) return false;
  let x = 0;
  for (const [place, part] of parts.entries()) {
    const own = widths[place] ?? 0;
    context.fillText(part, isFigure(part) ? x + (room - own) / 2 : x, 0);
    x += isFigure(part) ? room : own;
  }
  return true;
}

function css({ hex, opacity }: Colour): string {
  if (opacity >= 1) return hex;
  const byte = Math.round(opacity * 255);
  return `${hex}${byte.toString(16).padStart(2, "0")}`;
}
