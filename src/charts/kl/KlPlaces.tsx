/** Where KL lives: mean KL by distance from the last pivot and by step, with intervals, on one scale. */

import { memo, useMemo } from "react";
import type { ExperimentChartProps, KlPlace, KlPlacesData } from "../experiments/data.ts";
import { formatTick } from "../experiments/estimates.ts";
import { ChartFrame } from "../frame/ChartFrame.tsx";
import axes from "../plot/Axes.module.css";
import { BottomAxis, ValueAxis } from "../plot/Axes.tsx";
import key from "../plot/key.module.css";
import { Plot, Readout } from "../plot/Plot.tsx";
import type { ValueScale } from "../plot/scale.ts";
import { useCursor } from "../plot/use-cursor.ts";
import { useChartWidth } from "../plot/use-width.ts";
import klAxes from "./KlAxes.module.css";
import styles from "./KlPlaces.module.css";
import {
  drawPlaces,
  isSingle,
  LABEL_DROP,
  type PlacesDrawing,
  placeReadout,
  placesNumbers,
  placesScale,
  placesSummary,
  placesTable,
} from "./kl-places.ts";

const natsTick = (value: number) => formatTick({ kind: "nats" }, value);

export interface KlPlacesProps extends ExperimentChartProps {
  readonly data: KlPlacesData;
}

export function KlPlaces({ data, model, headingLevel, staleRatio = null }: KlPlacesProps) {
  const scale = useMemo(() => placesScale(data), [data]);
  return (
    <ChartFrame
      context={{ model, method: data.method, ratio: data.ratio }}
      staleRatio={staleRatio}
      {...(headingLevel && { headingLevel })}
      title="Where KL lives"
      sentence="Whether the damage gathers where the reasoning turns (pivots) and at which step; mean KL divergence in nats, higher is worse."
      formula={{
        expression: "mean of KL(dense ‖ pruned) over the tokens of a place; interval by bootstrap over samples",
        withNumbers: placesNumbers(data),
        source: "pivots: µCRASP, arXiv 2605.25842; places and intervals are a project decision",
      }}
      table={() => placesTable(data)}
    >
      <div className={styles.klPlaces}>
        <Places kind="distance" name="tokens since the last pivot" places={data.byDistance} scale={scale} />
        <Places kind="step" name="step" places={data.byStep} scale={scale} />
      </div>
      <PlacesKey single={[...data.byDistance, ...data.byStep].some(isSingle)} />
    </ChartFrame>
  );
}

interface PlacesProps {
  readonly kind: "distance" | "step";
  readonly name: string;
  readonly places: readonly KlPlace[];
  readonly scale: ValueScale;
}

function Places({ kind, name, places, scale }: PlacesProps) {
  const [ref, width] = useChartWidth<HTMLDivElement>(360);
  const drawing = useMemo(() => drawPlaces(places, scale, width), [places, scale, width]);
  const { box, middles, step } = drawing;
  const cursor = useCursor(middles);
  const current = cursor.at === null ? undefined : places[cursor.at];
  const middle = cursor.at === null ? undefined : middles[cursor.at];
  const reading = current ? placeReadout(kind, current) : null;

  return (
    <div ref={ref}>
      <Plot
        width={box.width}
        height={box.height}
        summary={placesSummary(kind, places)}
        cursor={cursor}
        step={kind === "step" ? "Step" : "Distance from the last pivot"}
        count={places.length}
        reading={reading ?? "no place"}
      >
        {middle !== undefined && (
          <rect
            className={klAxes.klCurrent}
            x={middle - step / 2}
            y={box.top}
            width={step}
            height={box.bottom - box.top}
          />
        )}
        <Drawing drawing={drawing} name={name} />
      </Plot>
      <Readout text={reading} hint="Point at a bar, or tab here and use the arrow keys." />
    </div>
  );
}

const Drawing = memo(function Drawing({ drawing, name }: { readonly drawing: PlacesDrawing; readonly name: string }) {
  const { box, scale, bars, single, whiskers, labels, counts } = drawing;
  return (
    <g>
      <ValueAxis box={box} scale={scale} format={natsTick} name="mean KL, nats" />
      <path className={styles.placeBars} d={bars} />
      <path className={styles.placeSingle} d={single} />
      <path className={styles.placeWhiskersHalo} d={whiskers} />
      <path className={styles.placeWhiskers} d={whiskers} />
      <BottomAxis box={box} ticks={labels} name={name} drop={LABEL_DROP} />
      <text className={axes.tick} x={0} y={counts.y}>
        n
      </text>
      {counts.texts.map(({ x, text }) => (
        <text
          key={x}
          className={axes.tick}
          x={counts.upright ? x + 3.5 : x}
          y={counts.y}
          textAnchor={counts.upright ? "end" : "middle"}
          transform={counts.upright ? `rotate(-90 ${x + 3.5} ${counts.y})` : undefined}
        >
          {text}
        </text>
      ))}
    </g>
  );
});

/** @param props.single whether there are hollow bars. */
function PlacesKey({ single }: { readonly single: boolean }) {
  return (
    <ul className={key.chartKey}>
      <li>n: samples that have the place</li>
      {single && (
        <li>
          <svg width={12} height={12} aria-hidden="true">
            <path className={styles.placeSingle} d="M1 1h10v10h-10z" />
          </svg>
          hollow: one sample only, so no interval
        </li>
      )}
    </ul>
  );
}
