/**
 * Where the labels of mean, median and 95th percentile stand above the histogram.
 *
 * Each label has a row of its own beside the upper end of its line, so no two labels can meet. What remains is to keep
 * a label within the chart, and off the lines of marks that reach higher; with three marks all arrangements can be
 * tried. Text is not measured: widths are estimated from the number of characters, generously.
 */

export interface Mark {
  /** "median". */
  readonly name: string;
  /** The name with its value, "median 0.250". */
  readonly text: string;
  /** Distance of the line from the chart's left edge, CSS pixels. */
  readonly at: number;
}

export interface PlacedMark extends Mark {
  /** 0 is the highest row. */
  readonly row: number;
  /** The label's side of the line. */
  readonly side: "left" | "right";
}

/** Distance of a label from its line, CSS pixels. */
export const LABEL_GAP = 5;
/** Upper bound of a character's mean width at the labels' 11 px. */
const CHARACTER_WIDTH = 6.6;

/** In a narrower chart the longest label fits on neither side of a line in the middle, CSS pixels. */
const NARROW = 330;

/** What the mark of the 95th percentile is called in a chart of this width. */
export function percentileName(width: number): string {
  return width < NARROW ? "95th perc." : "95th percentile";
}

/** Estimated width of a label with its distance from the line, CSS pixels. */
export function labelWidth(text: string): number {
  return LABEL_GAP + text.length * CHARACTER_WIDTH;
}

/**
 * Arranges up to four marks so that no label leaves 0..width where it can be helped, then so that as few labels as
 * possible cross another mark's line, then so that as many as possible stand right of their line. From left to right;
 * where nothing speaks against it, the leftmost stands highest.
 */
export function placeMarks(unsorted: readonly Mark[], width: number): readonly PlacedMark[] {
  const marks = unsorted.toSorted((a, b) => a.at - b.at);
  let best: readonly PlacedMark[] = [];
  let lowest = Number.POSITIVE_INFINITY;
  for (const rows of permutations(marks.map((_, index) => index))) {
    for (let sides = 0; sides < 2 ** marks.length; sides++) {
      const placed = marks.map((mark, index) => ({
        ...mark,
        row: rows[index] ?? 0,
        side: (sides >> index) & 1 ? ("left" as const) : ("right" as const),
      }));
      const price = priceOf(placed, width);
      if (price < lowest) {
        lowest = price;
        best = placed;
      }
    }
  }
  return best;
}

/** From where to where a label reaches, with the gap to its line, CSS pixels. */
export function labelSpan({ at, text, side }: PlacedMark): readonly [number, number] {
  return side === "left" ? [at - labelWidth(text), at] : [at, at + labelWidth(text)];
}

/** Whether the label of `mark` is crossed by the line of `other`, which starts at `other`'s own row. */
export function crosses(mark: PlacedMark, other: PlacedMark): boolean {
  const [left, right] = labelSpan(mark);
  return other.row < mark.row && other.at !== mark.at && other.at >= left && other.at <= right;
}

function priceOf(placed: readonly PlacedMark[], width: number): number {
  let price = 0;
  for (const mark of placed) {
    const [left, right] = labelSpan(mark);
    price += 10_000 * (Math.max(0, -left) + Math.max(0, right - width));
    price += 100 * placed.filter((other) => crosses(mark, other)).length;
    if (mark.side === "left") price += 1;
  }
  return price;
}

function permutations(items: readonly number[]): readonly (readonly number[])[] {
  if (items.length <= 1) return [items];
  return items.flatMap((item) => permutations(items.filter((other) => other !== item)).map((rest) => [item, ...rest]));
}
