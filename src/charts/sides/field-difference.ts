/**
 * Which units two plans keep: both, one, the other, neither. Each layer is two lines of pixels, the upper one for the pinned
 * plan and the lower one for the live one, so that the four are told apart without their colours.
 */
import type { UnitLayout } from "../../core/unit.ts";
import type { FieldGeometry } from "../field/field-geometry.ts";
import { moduleColumns } from "../field/field-geometry.ts";
import type { Rgb } from "../field/field-paint.ts";
import { formatCount, formatShare, layerName } from "../format.ts";
import { type ChartTable, tableOf } from "../frame/table.ts";
import { type LayerRow, type ModuleSpan, spanSize } from "../layers.ts";

export interface DifferenceCounts {
  readonly both: number;
  readonly pinned: number;
  readonly now: number;
  readonly neither: number;
}

/** What two plans keep of the units from `start` (included) to `end` (excluded). */
export function countDifference(pinned: Uint8Array, now: Uint8Array, start: number, end: number): DifferenceCounts {
  const counts = { both: 0, pinned: 0, now: 0, neither: 0 };
  for (let unit = start; unit < end; unit++) {
    if (pinned[unit]) counts[now[unit] ? "both" : "pinned"] += 1;
    else counts[now[unit] ? "now" : "neither"] += 1;
  }
  return counts;
}

export interface KeptByTwo {
  readonly pinned: Uint8Array;
  readonly now: Uint8Array;
}

/** "12 kept by both, 3 only by the pinned side, 1 only now, 8 by neither". */
export function differenceWords({ both, pinned, now, neither }: DifferenceCounts): string {
  return `${formatCount(both)} kept by both, ${formatCount(pinned)} only by the pinned side, ${formatCount(now)} only now, ${formatCount(neither)} by neither`;
}

/** The whole model in a sentence: the drawing's accessible name. */
export function differenceSummary({ unitCount }: UnitLayout, { pinned, now }: KeptByTwo): string {
  const counts = countDifference(pinned, now, 0, unitCount);
  const kept = counts.both + counts.pinned + counts.now;
  const shared =
    kept > 0 ? ` Of the units that either keeps, ${formatShare(counts.both / kept)} are kept by both.` : "";
  return `Of ${formatCount(unitCount)} units ${differenceWords(counts)}.${shared}`;
}

/** One layer in words. */
export function layerDifference(row: LayerRow, keep: KeptByTwo): string {
  const parts = [
    ...(row.mlp ? [`of the neurons ${differenceWords(spanCounts(row.mlp, keep))}`] : []),
    ...(row.attention ? [`of the attention ${differenceWords(spanCounts(row.attention, keep))}`] : []),
  ];
  return `${layerName(row.tower, row.layer)}: ${parts.join("; ")}.`;
}

function spanCounts({ start, end }: ModuleSpan, { pinned, now }: KeptByTwo): DifferenceCounts {
  return countDifference(pinned, now, start, end);
}

/** One row for each layer and kind of unit. */
export function differenceTable(rows: readonly LayerRow[], keep: KeptByTwo): ChartTable {
  const number = (label: string) => ({ label, kind: "number" as const, format: formatCount });
  return tableOf(
    [
      { label: "Layer", kind: "text" },
      { label: "Units", kind: "text" },
      number("Kept by both"),
      number("Only pinned"),
      number("Only now"),
      number("Neither"),
    ],
    rows.flatMap((row) =>
      (
        [
          ["attention", row.attention],
          ["MLP neurons", row.mlp],
        ] as const
      ).flatMap(([kind, span]) => {
        if (!span) return [];
        const { both, pinned, now, neither } = spanCounts(span, keep);
        return [[layerName(row.tower, row.layer), kind, both, pinned, now, neither]];
      }),
    ),
  );
}

/** Colours of units that both keep, that one side alone keeps, and that are gone. */
export interface DifferenceColours {
  readonly both: Rgb;
  readonly pinned: Rgb;
  readonly now: Rgb;
  readonly gone: Rgb;
}

/**
 * Writes two lines of `geometry.columns` RGBA pixels for each layer into `bytes`, the pinned plan's above the live one's.
 * Columns that hold several units get the mean of their colours; free columns stay transparent.
 */
export function paintDifference(
  bytes: Uint8ClampedArray,
  geometry: FieldGeometry,
  keep: KeptByTwo,
  colours: DifferenceColours,
): void {
  bytes.fill(0);
  geometry.rows.forEach((row, place) => {
    for (const kind of ["attention", "mlp"] as const) {
      const span = row[kind];
      if (!span || spanSize(span) === 0) continue;
      const [from, to] = moduleColumns(geometry, kind);
      for (let column = from; column < to; column++) {
        const [start, end] = unitsAt(span, column - from, to - from);
        const { both, pinned, now } = countDifference(keep.pinned, keep.now, start, end);
        const all = Math.max(1, end - start);
        const upper = (2 * place * geometry.columns + column) * 4;
        const lower = upper + geometry.columns * 4;
        for (let channel = 0; channel < 3; channel++) {
          const [shared, gone] = [both * (colours.both[channel] ?? 0), colours.gone[channel] ?? 0];
          bytes[upper + channel] =
            (shared + pinned * (colours.pinned[channel] ?? 0) + (all - both - pinned) * gone) / all;
          bytes[lower + channel] = (shared + now * (colours.now[channel] ?? 0) + (all - both - now) * gone) / all;
        }
        bytes[upper + 3] = 255;
        bytes[lower + 3] = 255;
      }
    }
  });
}

/** Units `[start, end)` of a span that a column of `width` columns holds; at least one. */
function unitsAt(span: ModuleSpan, column: number, width: number): readonly [number, number] {
  const size = spanSize(span);
  const first = Math.floor((column * size) / width);
  return [span.start + first, span.start + Math.max(first + 1, Math.floor(((column + 1) * size) / width))];
}
