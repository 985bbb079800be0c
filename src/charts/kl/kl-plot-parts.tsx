/** Pieces of the KL histogram that recharts places: outline, label of a mark, bin at hand, tooltip, axis names. */
import { ReferenceArea, useActiveTooltipDataPoints, useIsTooltipActive } from "recharts";
import type { HistogramBin } from "../../core/metrics/distribution.ts";
import { binCount, binRange } from "./distribution.ts";
import { LABEL_GAP, type PlacedMark } from "./kl-marks.ts";

/** What recharts is given for one bin. */
export interface PlotRow {
  /** Middle of the bin, in bins from the left. */
  readonly at: number;
  readonly bin: HistogramBin;
  readonly share: number;
  /** The same bin of the other series, in their order. */
  readonly others: readonly { readonly name: string; readonly bin: HistogramBin; readonly share: number }[];
}

function useHoveredRow(): PlotRow | undefined {
  const rows = useActiveTooltipDataPoints<PlotRow>();
  return useIsTooltipActive() ? rows?.[0] : undefined;
}

/** A band behind the bin at the keyboard's cursor, or else at the pointer. */
export function CurrentBin({ cursor }: { readonly cursor: number | null }) {
  const hovered = useHoveredRow();
  const from = cursor ?? (hovered ? hovered.at - 0.5 : null);
  if (from === null) return null;
  return <ReferenceArea className="kl-current" x1={from} x2={from + 1} zIndex={0} />;
}

export function BinTooltip() {
  const row = useHoveredRow();
  if (!row) return null;
  return (
    <div className="kl-tooltip">
      <p className="kl-tooltip-range">{binRange(row.bin)}</p>
      <p>{binCount(row.bin)}</p>
      {row.others.map(({ name, bin }) => (
        <p key={name}>
          {name}: {binCount(bin)}
        </p>
      ))}
    </div>
  );
}

interface Point {
  readonly x?: number | null;
  readonly y?: number | null;
}

/** Path of a histogram's outline through the middles of its bins' tops, `step` wide each, down to `bottom` at its ends. */
export function stepPath(points: readonly Point[], step: number, bottom: number): string {
  const first = points[0]?.x ?? 0;
  const tops = points.map(({ y }, index) => {
    const left = first + (index - 0.5) * step;
    return `L${left} ${y ?? bottom}H${left + step}`;
  });
  return `M${first - step / 2} ${bottom}${tops.join("")}V${bottom}`;
}

export interface MarkLabelProps {
  readonly mark: PlacedMark;
  /** Height of a row, and upper edge of the plot, CSS pixels. */
  readonly rowHeight: number;
  readonly top: number;
}

/** The words of a mark, and its line up to them. */
export function MarkLabel({ mark, rowHeight, top }: MarkLabelProps) {
  const left = mark.side === "left";
  const y = mark.row * rowHeight + rowHeight / 2;
  return (
    <g className="kl-mark">
      <line x1={mark.at} x2={mark.at} y1={y - 5} y2={top} />
      <text x={mark.at + (left ? -LABEL_GAP : LABEL_GAP)} y={y + 4} textAnchor={left ? "end" : "start"}>
        {mark.text}
      </text>
    </g>
  );
}

export interface AxisNamesProps {
  readonly viewBox?: { readonly x: number; readonly y: number; readonly width: number; readonly height: number };
}

/** What the two axes count, below the ticks. */
export function axisNames({ viewBox }: AxisNamesProps) {
  if (!viewBox) return <g />;
  const y = viewBox.y + viewBox.height - 5;
  return (
    <g>
      <text className="tick" x={0} y={y}>
        ↑ share of tokens
      </text>
      <text className="tick" x={viewBox.x + viewBox.width} y={y} textAnchor="end">
        nats per token →
      </text>
    </g>
  );
}
