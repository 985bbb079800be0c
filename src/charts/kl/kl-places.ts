/** Data → shapes, words and table of where KL lives: by distance from the last pivot, and by step. */

import type { KlPlace, KlPlacesData } from "../experiments/data.ts";
import { estimateText, interval, isMeasured, samplesText } from "../experiments/estimates.ts";
import { formatCount, formatNats, formatShare, plural } from "../format.ts";
import { type ChartTable, tableOf } from "../frame/table.ts";
import type { BottomTick } from "../plot/Axes.tsx";
import { type PlotBox, plotBox, valueY } from "../plot/box.ts";
import { rectanglePath, round, whiskerPath } from "../plot/paths.ts";
import { linearScale, type ValueScale } from "../plot/scale.ts";

/** Of the bars; numbers of samples and names stand below. */
const PLOT_HEIGHT = 170;
const MARGIN = { left: 40, right: 8, top: 10 } as const;
const LETTER_WIDTH = 7;
const LINE_HEIGHT = 15;
/** From the axis to the labels: they clear the lowest value. */
export const LABEL_DROP = 17;
const LONGEST_LABEL = 12;
const NATS = { kind: "nats" } as const;

export interface PlacesDrawing {
  readonly box: PlotBox;
  readonly scale: ValueScale;
  /** Middle of each place, measured or not. */
  readonly middles: readonly number[];
  readonly step: number;
  readonly bars: string;
  /** Bars over a single sample, which have no interval. */
  readonly single: string;
  readonly whiskers: string;
  /** Labels for which there is room. */
  readonly labels: readonly BottomTick[];
  /** Samples of each place, below its label; upright where they are wider than their bar. */
  readonly counts: {
    readonly upright: boolean;
    readonly y: number;
    readonly texts: readonly BottomTick[];
  };
}

/** One scale for both pictures, so that their bars compare. */
export function placesScale({ byDistance, byStep }: KlPlacesData): ValueScale {
  const ends = [...byDistance, ...byStep].filter(isMeasured).flatMap((place) => [place.mean, interval(place)[1]]);
  return linearScale(0, Math.max(0, ...ends));
}

/** Lays bars out over `width` CSS pixels. */
export function drawPlaces(places: readonly KlPlace[], scale: ValueScale, width: number): PlacesDrawing {
  const texts = places.map(({ count }) => String(count));
  const longest = Math.max(1, ...texts.map((text) => text.length));
  const upright = longest * LETTER_WIDTH + 3 > (width - MARGIN.left - MARGIN.right) / Math.max(1, places.length);
  const room = upright ? longest * LETTER_WIDTH + 6 : LINE_HEIGHT;
  const bottom = LABEL_DROP + LINE_HEIGHT + room + 8;
  const box = plotBox(width, PLOT_HEIGHT + bottom, { ...MARGIN, bottom });
  const step = (box.right - box.left) / Math.max(1, places.length);
  const wide = Math.max(2, Math.min(36, step * 0.72));
  const middles = places.map((_, place) => round(box.left + (place + 0.5) * step));
  let [bars, single, whiskers] = ["", "", ""];
  places.forEach((place, index) => {
    if (!isMeasured(place)) return;
    const middle = middles[index] ?? 0;
    const top = valueY(box, scale, place.mean);
    const bar = rectanglePath(middle - wide / 2, top, wide, box.bottom - top);
    if (isSingle(place)) {
      single += bar;
      return;
    }
    bars += bar;
    const [low, high] = interval(place).map((end) => valueY(box, scale, end));
    whiskers += whiskerPath(middle, high ?? top, low ?? top, Math.min(3, wide / 3));
  });
  const counts = {
    upright,
    y: box.bottom + LABEL_DROP + (upright ? 6 : LINE_HEIGHT),
    texts: middles.map((x, place) => ({ x, text: texts[place] ?? "" })),
  };
  return { box, scale, middles, step, bars, single, whiskers, labels: labelsOf(places, middles), counts };
}

/** Whether a place was met in one sample only, so that nothing is known of how far its mean would move. */
export function isSingle(place: KlPlace): boolean {
  return isMeasured(place) && place.count === 1;
}

/** The last label, and from left to right each that touches neither it nor the one before. */
function labelsOf(places: readonly KlPlace[], middles: readonly number[]): PlacesDrawing["labels"] {
  const half = (text: string) => (text.length * LETTER_WIDTH) / 2;
  const last = axisLabel(places.at(-1)?.label ?? "");
  const end = (middles.at(-1) ?? 0) - half(last) - 4;
  let free = Number.NEGATIVE_INFINITY;
  return places.flatMap(({ label }, index) => {
    const [x, text] = [middles[index] ?? 0, axisLabel(label)];
    if (index < places.length - 1 && (x - half(text) < free || x + half(text) > end)) return [];
    free = x + half(text) + 4;
    return [{ x, text }];
  });
}

/** A place's name below its bar: "16 and more" as 16+, long ones by their first word. */
function axisLabel(label: string): string {
  const short = label.replace(/ and more$/, "+");
  return short.length > LONGEST_LABEL ? `${short.split(" ")[0]}…` : short;
}

/** "3" is a distance in tokens, "16 and more" as well; other labels stand for themselves. */
function distanceName(label: string): string {
  if (label === "0") return "pivots themselves";
  if (/^\d+$/.test(label)) return `${plural(Number(label), "token")} after a pivot`;
  return /^\d/.test(label) ? `${label} tokens after a pivot` : label;
}

/** One place in words. */
export function placeReadout(kind: "distance" | "step", place: KlPlace): string {
  const name = kind === "step" ? place.label : distanceName(place.label);
  if (!isMeasured(place)) return `${name}: not measured.`;
  const over = `nats over ${plural(place.tokens, "token")} of ${samplesText([place.count])}`;
  return isSingle(place)
    ? `${name}: ${formatNats(place.mean)} ${over}, so without an interval.`
    : `${name}: ${estimateText(NATS, place)} ${over}.`;
}

/** What the chart shows, as sentences for people who do not see it. */
export function placesSummary(kind: "distance" | "step", places: readonly KlPlace[]): string {
  const measured = places.filter(isMeasured).toSorted((a, b) => b.mean - a.mean);
  const [most, least] = [measured[0], measured.at(-1)];
  const head = kind === "step" ? "Mean KL by step." : "Mean KL by tokens since the last pivot.";
  if (!most || !least) return `${head} Nothing measured yet.`;
  return `${head} Highest: ${placeReadout(kind, most)} Lowest: ${placeReadout(kind, least)}`;
}

/** Mean over all tokens of the steps, weighted by their tokens; null without any. */
export function meanOverTokens(places: readonly KlPlace[]): number | null {
  const measured = places.filter(isMeasured);
  const tokens = measured.reduce((sum, place) => sum + place.tokens, 0);
  return tokens > 0 ? measured.reduce((sum, place) => sum + place.mean * place.tokens, 0) / tokens : null;
}

/** "mean over 1,204 trace tokens = 0.41 nats at 40 %". */
export function placesNumbers({ byStep, byDistance, ratio }: KlPlacesData): string {
  const places = byStep.length > 0 ? byStep : byDistance;
  const mean = meanOverTokens(places);
  if (mean === null) return "nothing measured yet";
  const tokens = places.filter(isMeasured).reduce((sum, place) => sum + place.tokens, 0);
  return `mean over ${plural(tokens, "token")} = ${formatNats(mean)} nats at ${formatShare(ratio)}`;
}

/** One row for each place, distances first. */
export function placesTable({ byDistance, byStep }: KlPlacesData): ChartTable {
  const nats = (label: string) => ({ label, kind: "number" as const, format: formatNats });
  const count = (label: string) => ({ label, kind: "number" as const, format: formatCount });
  const rows = (by: string, places: readonly KlPlace[]) =>
    places.map((place) => [
      by,
      place.label,
      ...(isMeasured(place) ? [place.mean, ...(isSingle(place) ? [null, null] : interval(place))] : [null, null, null]),
      place.tokens,
      place.count,
    ]);
  return tableOf(
    [
      { label: "By", kind: "text" },
      { label: "Place", kind: "text" },
      nats("Mean KL (nats)"),
      nats("95 % from"),
      nats("95 % to"),
      count("Tokens"),
      count("Samples"),
    ],
    [...rows("tokens since the last pivot", byDistance), ...rows("step", byStep)],
  );
}
