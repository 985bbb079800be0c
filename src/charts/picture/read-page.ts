/**
 * Reads a chart off the page, as it is laid out there, into marks: drawings, text, boxes and canvases. So whatever stands in
 * a chart's frame stands in its picture, without what is only for use.
 */
import { invariant } from "../../core/errors.ts";
import { createColourReader, faded, type ReadColour } from "./colours.ts";
import { type Box, boxMarks } from "./css-boxes.ts";
import { laidOutInFull } from "./full-layout.ts";
import { drawingMarks } from "./read-drawing.ts";
import { createBaseShare, joinedRuns, type Run, runsOf, textMarks, type Underline } from "./read-text.ts";
import type { Colour, Mark, Scene } from "./scene.ts";

/** Around what is drawn, CSS pixels. */
const MARGIN = 16;

export interface PictureWords {
  readonly title: string;
  readonly description: string;
}

/** The chart in `section` as it stands on the page, on the page's own ground. */
export function readPage(section: HTMLElement, words: PictureWords, margin = MARGIN): Scene {
  return laidOutInFull(section, () => {
    const { left, top, width } = section.getBoundingClientRect();
    const reader = new PageReader({ x: left - margin, y: top - margin });
    reader.walk(section, { opacity: 1, underlines: [] });
    return {
      ...words,
      width: Math.ceil(Math.max(width, reader.right - left) + 2 * margin),
      height: Math.ceil(reader.bottom - top + 2 * margin),
      background: groundOf(section, reader.read),
      marks: reader.marks,
    };
  });
}

/** The colour that the chart lies on. */
function groundOf(section: Element, read: ReadColour): Colour {
  for (let element: Element | null = section; element; element = element.parentElement) {
    const colour = read(getComputedStyle(element).backgroundColor);
    if (colour && colour.opacity === 1) return colour;
  }
  const page = read(getComputedStyle(section).getPropertyValue("--background").trim());
  invariant(page, "The page has no ground.");
  return page;
}

/** What elements hand on to what is in them. */
interface Inherited {
  readonly opacity: number;
  readonly underlines: readonly Underline[];
}

class PageReader {
  readonly marks: Mark[] = [];
  readonly read = createColourReader();
  /** How far what was read reaches in the window. */
  right = 0;
  bottom = 0;
  readonly #origin: { readonly x: number; readonly y: number };
  readonly #baseShare = createBaseShare();

  constructor(origin: { readonly x: number; readonly y: number }) {
    this.#origin = origin;
  }

  walk(element: Element, inherited: Inherited): void {
    const style = getComputedStyle(element);
    if (style.display === "none" || style.visibility === "hidden" || style.clipPath !== "none") return;
    const opacity = inherited.opacity * Number(style.opacity);
    if (element instanceof SVGSVGElement) {
      this.marks.push(...drawingMarks(element, { origin: this.#origin, opacity, read: this.read }));
      this.#reach(element.getBoundingClientRect());
      return;
    }
    const boxes = [...element.getClientRects()];
    for (const box of boxes) {
      const drawn = boxMarks(this.#placed(box), style, opacity, this.read);
      this.marks.push(...drawn);
      if (drawn.length > 0) this.#reach(box);
    }
    if (element instanceof HTMLCanvasElement) this.#canvas(element, style);
    const underlines = [...inherited.underlines, ...this.#underlinesOf(style, opacity)];
    this.#pseudo(element, "::before", boxes, opacity);
    // Pieces of text that React keeps apart are one text all the same.
    let runs: Run[] = [];
    const flush = () => {
      for (const run of joinedRuns(runs, Number.parseFloat(style.fontSize)))
        this.#text(run, style, opacity, underlines);
      runs = [];
    };
    for (const child of element.childNodes) {
      if (child instanceof Text) runs.push(...runsOf(child));
      else if (child instanceof Element) {
        flush();
        this.walk(child, { opacity, underlines });
      }
    }
    flush();
    this.#pseudo(element, "::after", boxes, opacity);
  }

  #text(run: Run, style: CSSStyleDeclaration, opacity: number, underlines: readonly Underline[]): void {
    const colour = faded(this.read(style.color), opacity);
    if (!colour) return;
    this.#reach(run);
    this.marks.push(
      ...textMarks(run, { style, colour, underlines, origin: this.#origin, baseShare: this.#baseShare(style) }),
    );
  }

  /** Lines under text that this element draws, also under what is in it. */
  #underlinesOf(style: CSSStyleDeclaration, opacity: number): readonly Underline[] {
    if (!/underline/.test(style.textDecorationLine)) return [];
    const colour = faded(this.read(style.textDecorationColor), opacity);
    const size = Number.parseFloat(style.fontSize);
    const width = Number.parseFloat(style.textDecorationThickness) || size / 14;
    const offset = (Number.parseFloat(style.textUnderlineOffset) || size / 9) + width / 2;
    return colour ? [{ line: style.textDecorationStyle, colour, width, offset }] : [];
  }

  /** What a stylesheet puts before or after an element's own content: text in the line, or a box with a place. */
  #pseudo(element: Element, which: "::before" | "::after", boxes: readonly DOMRect[], opacity: number): void {
    const style = getComputedStyle(element, which);
    const [first] = boxes;
    if (style.content === "none" || style.content === "normal" || !first) return;
    const own = opacity * Number(style.opacity);
    if (style.position === "absolute") {
      const around = getComputedStyle(element);
      const pixels = (text: string) => Number.parseFloat(text) || 0;
      const width = outerSize(style, "width", ["Left", "Right"]);
      const height = outerSize(style, "height", ["Top", "Bottom"]);
      const shift = /^-50%|^-[\d.]+px/.test(style.translate) ? width / 2 : 0;
      const x = first.left + pixels(around.borderLeftWidth) + pixels(style.left) - shift;
      const y = first.top + pixels(around.borderTopWidth) + pixels(style.top);
      const box = { x: x - this.#origin.x, y: y - this.#origin.y, width, height };
      this.marks.push(...boxMarks(box, style, own, this.read));
      return;
    }
    const text = /^"(.*)"$/s.exec(style.content)?.[1]?.trim();
    const edge = which === "::before" ? first : boxes.at(-1);
    if (!text || !edge) return;
    const width = this.#widthOf(text, style);
    const left = which === "::before" ? edge.left : edge.right - width;
    const line = {
      left,
      right: left + width,
      top: edge.top,
      bottom: edge.top + Number.parseFloat(style.fontSize) * 1.21,
    };
    this.#text({ text, ...line }, style, own, []);
  }

  #widthOf(text: string, { fontStyle, fontWeight, fontSize, fontFamily }: CSSStyleDeclaration): number {
    const context = document.createElement("canvas").getContext("2d");
    if (!context) return 0;
    context.font = `${fontStyle} ${fontWeight} ${fontSize} ${fontFamily}`;
    return context.measureText(text).width;
  }

  #canvas(canvas: HTMLCanvasElement, style: CSSStyleDeclaration): void {
    if (canvas.width === 0 || canvas.height === 0) return;
    const box = canvas.getBoundingClientRect();
    this.#reach(box);
    this.marks.push({
      kind: "image",
      ...this.#placed(box),
      href: canvas.toDataURL("image/png"),
      source: canvas,
      pixelated: style.imageRendering === "pixelated",
    });
  }

  #placed({ left, top, width, height }: DOMRect): Box {
    return { x: left - this.#origin.x, y: top - this.#origin.y, width, height };
  }

  #reach({ right, bottom }: Pick<DOMRect, "right" | "bottom">): void {
    this.right = Math.max(this.right, right);
    this.bottom = Math.max(this.bottom, bottom);
  }
}

/** Of an absolutely placed box, with padding and border. */
function outerSize(
  style: CSSStyleDeclaration,
  name: "width" | "height",
  sides: readonly ["Left", "Right"] | readonly ["Top", "Bottom"],
): number {
  const pixels = (text: string) => Number.parseFloat(text) || 0;
  if (style.boxSizing === "border-box") return pixels(style[name]);
  return sides.reduce(
    (sum, side) => sum + pixels(style[`padding${side}`]) + pixels(style[`border${side}Width`]),
    pixels(style[name]),
  );
}
