/** Text of the page as it stands: one mark for each line of each piece of text, with its underlines. */
import { shape } from "./css-boxes.ts";
import type { Colour, Mark } from "./scene.ts";

/** A line under text, from the element that draws it. */
export interface Underline {
  readonly line: string;
  readonly colour: Colour;
  readonly width: number;
  /** From the base line down. */
  readonly offset: number;
}

/** A piece of text on one line, in the window's pixels. */
export interface Run {
  readonly text: string;
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** The lines that a text node takes. */
export function runsOf(node: Text): Run[] {
  const range = document.createRange();
  const runs: Run[] = [];
  for (const { 0: word, index } of node.data.matchAll(/\S+/g)) {
    range.setStart(node, index);
    range.setEnd(node, index + word.length);
    const boxes = [...range.getClientRects()].filter(({ width, height }) => width > 0 && height > 0);
    const [first] = boxes;
    if (!first) continue;
    const broken = boxes.some(({ top }) => Math.abs(top - first.top) > first.height / 2);
    const parts = broken ? lettersOf(node, index, word, range) : [{ text: word, ...sidesOf(boxes) }];
    const spaced = node.data.slice(0, index).match(/\s+$/)?.[0] !== undefined;
    for (const [place, part] of parts.entries()) {
      const last = runs.at(-1);
      const sameLine = last !== undefined && Math.abs(last.top - part.top) < 1 && part.left >= last.left;
      if (last && sameLine && place === 0 && spaced) runs[runs.length - 1] = joined(last, part, " ");
      else if (last && sameLine && (place > 0 || !spaced)) runs[runs.length - 1] = joined(last, part, "");
      else runs.push(part);
    }
  }
  return runs;
}

/** A gap of less than this is none, and of more no space; shares of the size of the type. */
const [LEAST_SPACE, MOST_SPACE] = [0.1, 0.6];

/** Neighbours on one line as one piece. */
export function joinedRuns(runs: readonly Run[], size: number): readonly Run[] {
  const joinedOnes: Run[] = [];
  for (const run of runs) {
    const last = joinedOnes.at(-1);
    const gap = last ? run.left - last.right : 0;
    const follows = last && Math.abs(last.top - run.top) < 1 && gap > -LEAST_SPACE * size && gap < MOST_SPACE * size;
    if (follows) joinedOnes[joinedOnes.length - 1] = joined(last, run, gap > LEAST_SPACE * size ? " " : "");
    else joinedOnes.push(run);
  }
  return joinedOnes;
}

/** A word that is broken over lines, letter by letter. */
function lettersOf(node: Text, index: number, word: string, range: Range): Run[] {
  const runs: Run[] = [];
  let at = index;
  for (const text of word) {
    range.setStart(node, at);
    at += text.length;
    range.setEnd(node, at);
    const boxes = [...range.getClientRects()];
    if (boxes.length === 0) continue;
    const part = { text, ...sidesOf(boxes) };
    const last = runs.at(-1);
    if (last && Math.abs(last.top - part.top) < 1) runs[runs.length - 1] = joined(last, part, "");
    else runs.push(part);
  }
  return runs;
}

function sidesOf(boxes: readonly DOMRect[]): Omit<Run, "text"> {
  return {
    left: Math.min(...boxes.map(({ left }) => left)),
    right: Math.max(...boxes.map(({ right }) => right)),
    top: Math.min(...boxes.map(({ top }) => top)),
    bottom: Math.max(...boxes.map(({ bottom }) => bottom)),
  };
}

function joined(one: Run, other: Run, between: string): Run {
  return { ...one, text: `${one.text}${between}${other.text}`, right: Math.max(one.right, other.right) };
}

export interface TextLook {
  readonly style: CSSStyleDeclaration;
  readonly colour: Colour;
  readonly underlines: readonly Underline[];
  readonly origin: { readonly x: number; readonly y: number };
  /** From the top of a line's box to its base line, as a share of the box. */
  readonly baseShare: number;
}

export function textMarks(run: Run, { style, colour, underlines, origin, baseShare }: TextLook): Mark[] {
  const x = run.left - origin.x;
  const y = run.top - origin.y + baseShare * (run.bottom - run.top);
  const width = run.right - run.left;
  const isShort = run.text.length <= 2;
  const lines = underlines.flatMap((underline) => underlineMarks(underline, x, y, width));
  return [
    ...lines,
    {
      kind: "text",
      text: run.text,
      // A figure is drawn in the middle of its room and not stretched: other faces have figures of their own widths.
      x: isShort ? x + width / 2 : x,
      y,
      anchor: isShort ? "middle" : "start",
      size: Number.parseFloat(style.fontSize),
      weight: Number(style.fontWeight) || 400,
      italic: style.fontStyle === "italic",
      mono: /mono/i.test(style.fontFamily.split(",")[0] ?? ""),
      colour,
      width: isShort ? null : width,
      matrix: null,
    },
  ];
}

function underlineMarks(
  { line, colour, width: thick, offset }: Underline,
  x: number,
  y: number,
  width: number,
): Mark[] {
  const dash = line === "dashed" ? [3 * thick, 2 * thick] : line === "dotted" ? [thick, 1.5 * thick] : [];
  const stroke = { colour, width: thick, dash, round: false };
  const at = (down: number) => shape(`M${x} ${y + down}h${width}`, { stroke });
  return line === "double" ? [at(offset), at(offset + 2 * thick)] : [at(offset)];
}

/** Where base lines lie in the boxes of a face; asked of the browser once for each. */
export function createBaseShare(): (style: CSSStyleDeclaration) => number {
  const context = document.createElement("canvas").getContext("2d");
  const known = new Map<string, number>();
  return ({ fontStyle, fontWeight, fontSize, fontFamily }) => {
    const font = `${fontStyle} ${fontWeight} ${fontSize} ${fontFamily}`;
    let share = known.get(font);
    if (share === undefined) {
      share = 0.78;
      if (context) {
        context.font = font;
        const { fontBoundingBoxAscent: up, fontBoundingBoxDescent: down } = context.measureText("x");
        if (up + down > 0) share = up / (up + down);
      }
      known.set(font, share);
    }
    return share;
  };
}
