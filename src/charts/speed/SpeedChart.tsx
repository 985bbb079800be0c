/** How many times as fast the sliced model decodes over the ratio, beside what its bytes would allow and how long it writes. */
import { memo, useMemo } from "react";
import { ChartFrame } from "../frame/ChartFrame.tsx";
import type { ChartContext } from "../frame/chart-context.ts";
import { BottomAxis, ValueAxis } from "../plot/Axes.tsx";
import key from "../plot/key.module.css";
import { Plot, Readout } from "../plot/Plot.tsx";
import { useCursor } from "../plot/use-cursor.ts";
import { useChartWidth } from "../plot/use-width.ts";
import styles from "./SpeedChart.module.css";
import { drawSpeed, LINES, type SpeedData, type SpeedDrawing } from "./speed.ts";
import { formatTimes, speedReadout, speedSummary, speedTable } from "./speed-words.ts";

const defaults = { width: 640 } as const;

export interface SpeedChartProps {
  readonly data: SpeedData;
  readonly context: ChartContext;
  readonly headingLevel?: 2 | 3 | 4;
}

export function SpeedChart({ data, context, headingLevel }: SpeedChartProps) {
  const [ref, width] = useChartWidth<HTMLDivElement>(defaults.width);
  const drawing = useMemo(() => drawSpeed(data, width), [data, width]);
  const { box, middles } = drawing;
  const cursor = useCursor(middles);
  const current = cursor.at === null ? undefined : data.points[cursor.at];
  const reading = current ? speedReadout(data, current) : null;
  return (
    <ChartFrame
      context={context}
      {...(headingLevel && { headingLevel })}
      title="Speed over the ratio"
      sentence="How many times as fast the sliced model writes tokens as the dense one on this device, beside what the bytes of a token would allow, and how long its own reasoning is: a faster model that writes longer is not faster."
      formula={{
        expression: "bytes per token = weights + 8 · H_kv · h · T",
        withNumbers: data.points
          .map(({ asked, gains }) => `${formatTimes(gains.ideal)} at ${Math.round(100 * asked)} %`)
          .join(", "),
        source:
          "Every weight is read once a token, keys and values of all T tokens before it too; each run is held against the dense one beside it in time, bars are the lowest and highest",
      }}
      table={() => speedTable(data)}
    >
      <div ref={ref}>
        <Plot
          width={box.width}
          height={box.height}
          summary={speedSummary(data)}
          cursor={cursor}
          step="Ratio"
          count={data.points.length}
          reading={reading ?? "no ratio"}
        >
          <Drawing drawing={drawing} />
        </Plot>
        <Readout text={reading} hint="Point at a ratio, or tab here and use the arrow keys." />
        <ul className={key.chartKey}>
          {LINES.map(({ id, label }) => (
            <li key={id}>
              <svg width={26} height={10} aria-hidden="true">
                <path className={styles.line} data-line={id} d="M0 5H26" />
              </svg>
              {label}
            </li>
          ))}
        </ul>
      </div>
    </ChartFrame>
  );
}

const Drawing = memo(function Drawing({ drawing }: { readonly drawing: SpeedDrawing }) {
  const { box, scale, ticks, one, lines, whiskers, dots } = drawing;
  return (
    <g>
      <ValueAxis box={box} scale={scale} format={String} name="times the dense model's" />
      <BottomAxis box={box} ticks={ticks} name="pruning ratio, %" />
      <path className={styles.one} d={`M${box.left} ${one}H${box.right}`} />
      {lines.map(({ id, path }) => (
        <path key={id} className={styles.line} data-line={id} d={path} />
      ))}
      <path className={styles.whiskers} d={whiskers} />
      {dots.map(({ x, y }) => (
        <circle key={x} className={styles.dot} cx={x} cy={y} r={3} />
      ))}
    </g>
  );
});
