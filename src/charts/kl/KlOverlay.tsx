/** KL per token of several methods at one ratio on one axis: outlines, and a dashed line at each mean. */

import { memo, useMemo } from "react";
import type { ExperimentChartProps, KlValues } from "../experiments/data.ts";
import { formatShare, plural } from "../format.ts";
import { ChartFrame } from "../frame/ChartFrame.tsx";
import { DASHES } from "../plot/looks.ts";
import { Plot } from "../plot/Plot.tsx";
import { SeriesKey } from "../plot/SeriesKey.tsx";
import series from "../plot/series.module.css";
import { seriesClass } from "../plot/series-class.ts";
import { useCursor } from "../plot/use-cursor.ts";
import { useWidth } from "../plot/use-width.ts";
import { KlAxes } from "./KlAxes.tsx";
import { klBinReadout, klEntries, klHeading, klOverlay, klOverlaySummary, klOverlayTable } from "./kl-overlay.ts";
import { drawKlOutlines, type KlOutlines } from "./kl-plot.ts";

const defaults = { title: "KL by method", width: 640, height: 230 } as const;

export interface KlOverlayProps extends ExperimentChartProps {
  /** Kept between renders: a new list is counted anew. */
  readonly series: readonly KlValues[];
  readonly ratio: number;
}

export function KlOverlay({ series, ratio, model, headingLevel }: KlOverlayProps) {
  const [ref, width] = useWidth<HTMLDivElement>(defaults.width);
  const data = useMemo(() => klOverlay(series), [series]);
  const drawing = useMemo(() => drawKlOutlines(data.edges, data.series, width, defaults.height), [data, width]);
  const cursor = useCursor(drawing.middles);

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
      <div ref={ref}>
        <Plot
          width={drawing.box.width}
          height={drawing.box.height}
          summary={klOverlaySummary(data)}
          cursor={cursor}
          step="KL bin"
          count={drawing.middles.length}
          reading={cursor.at === null ? "no bin" : klBinReadout(data, cursor.at)}
        >
          <KlAxes plot={drawing} bin={cursor.at} />
          <Outlines drawing={drawing} />
        </Plot>
        <SeriesKey heading={klHeading(data, cursor.at)} entries={klEntries(data, cursor.at)} />
      </div>
    </ChartFrame>
  );
}

const Outlines = memo(function Outlines({ drawing: { outlines } }: { readonly drawing: KlOutlines }) {
  return outlines.map(({ id, look, outline, mean, marker }) => (
    <g key={id} className={seriesClass(look)}>
      <path className={series.seriesLine} strokeDasharray={DASHES[look]} d={outline} />
      <path className={series.seriesMean} d={mean} />
      <path className={series.seriesMarker} d={marker} />
    </g>
  ));
});
