/** Where KL lives: mean KL by distance from the last pivot and by step, with intervals, on one scale. */
import { memo, type PointerEvent, useMemo, useState } from "react";
import type { ExperimentChartProps, KlPlace, KlPlacesData } from "../experiments/data.ts";
import { ChartFrame } from "../frame/ChartFrame.tsx";
import { nearest } from "../plot/box.ts";
import { CursorInput } from "../plot/CursorInput.tsx";
import type { ValueAxis } from "../plot/scale.ts";
import { useWidth } from "../plot/use-width.ts";
import { ValueGrid } from "../plot/ValueAxis.tsx";
import {
  drawPlaces,
  type PlacesDrawing,
  placeReadout,
  placesAxis,
  placesNumbers,
  placesSummary,
  placesTable,
} from "./kl-places.ts";

const NATS = { kind: "nats" } as const;

export interface KlPlacesProps extends ExperimentChartProps {
  readonly data: KlPlacesData;
}

export function KlPlaces({ data, model, headingLevel }: KlPlacesProps) {
  const axis = useMemo(() => placesAxis(data), [data]);
  return (
    <ChartFrame
      context={{ model, method: data.method, ratio: data.ratio }}
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
      <div className="kl-places">
        <Places kind="distance" name="tokens since the last pivot" places={data.byDistance} axis={axis} />
        <Places kind="step" name="step" places={data.byStep} axis={axis} />
      </div>
    </ChartFrame>
  );
}

interface PlacesProps {
  readonly kind: "distance" | "step";
  readonly name: string;
  readonly places: readonly KlPlace[];
  readonly axis: ValueAxis;
}

function Places({ kind, name, places, axis }: PlacesProps) {
  const [ref, width] = useWidth<HTMLDivElement>(360);
  const drawing = useMemo(() => drawPlaces(places, axis, width), [places, axis, width]);
  const [cursor, setCursor] = useState<number | null>(null);
  const { box, middles, step } = drawing;
  const current = cursor === null ? undefined : places[cursor];
  const middle = cursor === null ? undefined : middles[cursor];

  const onPointerMove = (event: PointerEvent<SVGSVGElement>) => {
    setCursor(nearest(middles, event.clientX - event.currentTarget.getBoundingClientRect().left));
  };

  return (
    <div ref={ref} className="experiment-chart">
      <CursorInput
        label={kind === "step" ? "Step" : "Distance from the last pivot"}
        count={places.length}
        value={cursor}
        text={current ? placeReadout(kind, current) : "no place"}
        onChange={setCursor}
      />
      <svg
        role="img"
        aria-label={placesSummary(kind, places)}
        width={box.width}
        height={box.height}
        onPointerMove={onPointerMove}
        onPointerDown={onPointerMove}
        onPointerLeave={(event) => event.pointerType !== "touch" && setCursor(null)}
      >
        {middle !== undefined && (
          <rect className="kl-current" x={middle - step / 2} y={box.top} width={step} height={box.bottom - box.top} />
        )}
        <Drawing drawing={drawing} name={name} />
      </svg>
      <p className="chart-readout" data-empty={!current || undefined}>
        {current ? placeReadout(kind, current) : "Point at a bar, or tab here and use the arrow keys."}
      </p>
    </div>
  );
}

const Drawing = memo(function Drawing({ drawing, name }: { readonly drawing: PlacesDrawing; readonly name: string }) {
  const { box, axis, bars, whiskers, labels } = drawing;
  return (
    <g>
      <ValueGrid box={box} axis={axis} metric={NATS} />
      <path className="place-bars" d={bars} />
      <path className="place-whiskers-halo" d={whiskers} />
      <path className="place-whiskers" d={whiskers} />
      {labels.map(({ x, text }) => (
        <text key={text} className="tick" x={x} y={box.bottom + 14} textAnchor="middle">
          {text}
        </text>
      ))}
      <text className="tick" x={0} y={box.height - 5}>
        ↑ mean KL, nats
      </text>
      <text className="tick" x={box.right} y={box.height - 5} textAnchor="end">
        {name} →
      </text>
    </g>
  );
});
