/** KL per token of several methods at one ratio on one axis: outlines, and a dashed line at each mean. */
import { memo, type PointerEvent, useMemo, useState } from "react";
import type { ExperimentChartProps, KlValues } from "../experiments/data.ts";
import { formatShare, plural } from "../format.ts";
import { ChartFrame } from "../frame/ChartFrame.tsx";
import { nearest } from "../plot/box.ts";
import { CursorInput } from "../plot/CursorInput.tsx";
import { DASHES } from "../plot/looks.ts";
import { SeriesKey } from "../plot/SeriesKey.tsx";
import { useWidth } from "../plot/use-width.ts";
import {
  drawKlOverlay,
  type KlOverlayDrawing,
  klBinReadout,
  klEntries,
  klHeading,
  klOverlay,
  klOverlaySummary,
  klOverlayTable,
} from "./kl-overlay.ts";

const defaults = { title: "KL by method", width: 640 } as const;

export interface KlOverlayProps extends ExperimentChartProps {
  /** Kept between renders: a new list is counted anew. */
  readonly series: readonly KlValues[];
  readonly ratio: number;
}

export function KlOverlay({ series, ratio, model, headingLevel }: KlOverlayProps) {
  const [ref, width] = useWidth<HTMLDivElement>(defaults.width);
  const data = useMemo(() => klOverlay(series), [series]);
  const drawing = useMemo(() => drawKlOverlay(data, width), [data, width]);
  const [cursor, setCursor] = useState<number | null>(null);
  const { box, middles, step } = drawing;
  const middle = cursor === null ? undefined : middles[cursor];

  const onPointerMove = (event: PointerEvent<SVGSVGElement>) => {
    setCursor(nearest(middles, event.clientX - event.currentTarget.getBoundingClientRect().left));
  };

  return (
    <ChartFrame
      context={{ model, method: plural(series.length, "method"), ratio }}
      {...(headingLevel && { headingLevel })}
      title={defaults.title}
      sentence="How far each method moves the predictions, token by token (KL divergence, in nats); further right is worse, dashed lines are means."
      formula={{
        expression: "KL(dense ‖ pruned) = Σ p_dense · (ln p_dense − ln p_pruned)",
        withNumbers: `${klHeading(data, null)}, all at ${formatShare(ratio)}`,
        source: "whole vocabulary, teacher-forced on the dense trace; µCRASP, arXiv 2605.25842, figure 4",
      }}
      table={() => klOverlayTable(data)}
    >
      <div ref={ref} className="experiment-chart">
        <CursorInput
          label="KL bin"
          count={middles.length}
          value={cursor}
          text={cursor === null ? "no bin" : klBinReadout(data, cursor)}
          onChange={setCursor}
        />
        <svg
          role="img"
          aria-label={klOverlaySummary(data)}
          width={box.width}
          height={box.height}
          onPointerMove={onPointerMove}
          onPointerDown={onPointerMove}
          onPointerLeave={(event) => event.pointerType !== "touch" && setCursor(null)}
        >
          {middle !== undefined && (
            <rect className="kl-current" x={middle - step / 2} y={box.top} width={step} height={box.bottom - box.top} />
          )}
          <Drawing drawing={drawing} />
        </svg>
        <SeriesKey heading={klHeading(data, cursor)} entries={klEntries(data, cursor)} />
      </div>
    </ChartFrame>
  );
}

const Drawing = memo(function Drawing({ drawing }: { readonly drawing: KlOverlayDrawing }) {
  const { box, ticks, shares, outlines } = drawing;
  return (
    <g>
      {shares.map(({ y, share }) => (
        <g key={share}>
          <line className="grid-line" x1={box.left} x2={box.right} y1={y} y2={y} />
          <text className="tick" x={box.left - 6} y={y + 3.5} textAnchor="end">
            {Number((share * 100).toFixed(1))}%
          </text>
        </g>
      ))}
      <line className="axis-line" x1={box.left} x2={box.right} y1={box.bottom} y2={box.bottom} />
      {ticks.map(({ x, text }) => (
        <g key={text}>
          <line className="axis-line" x1={x} x2={x} y1={box.bottom} y2={box.bottom + 4} />
          <text className="tick" x={x} y={box.bottom + 15} textAnchor="middle">
            {text}
          </text>
        </g>
      ))}
      <text className="tick" x={0} y={box.height - 5}>
        ↑ share of tokens
      </text>
      <text className="tick" x={box.right} y={box.height - 5} textAnchor="end">
        nats per token →
      </text>
      {outlines.map(({ id, look, outline, mean, marker }) => (
        <g key={id} className={`series-${look}`}>
          <path className="series-line" strokeDasharray={DASHES[look]} d={outline} />
          <path className="series-mean" d={mean} />
          <path className="series-marker" d={marker} />
        </g>
      ))}
    </g>
  );
});
