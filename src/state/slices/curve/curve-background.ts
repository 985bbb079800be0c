/**
 * Measures this picture's curve in the background: a while after everything has come to rest, one ratio at a time, until
 * anything on the page changes. Its measurements are kept with the slider's, so that each finds what the other has measured.
 */
import { prunedKey } from "../../../core/provenance.ts";
import type { Context } from "../../context.ts";
import { createJob } from "../../job.ts";
import { IDLE, isBusy } from "../../job-state.ts";
import { prunedAtHand } from "../../provenance.ts";
import type { WorkbenchState } from "../../shape.ts";
import type { KeptMeasurements } from "../measurement/kept-measurements.ts";
import { curveKey, pointOf, ratioOf, withPoint } from "./curve-key.ts";
import { measureCurve } from "./curve-run.ts";
import { CURVE_REST, type CurveActions, type CurvePoint } from "./curve-state.ts";

/** Curves whose points are remembered. One is a few kilobytes. */
const REMEMBERED = 32;

export function createCurve(
  context: Context,
  onLoss: (error: unknown) => boolean,
  kept: KeptMeasurements,
): CurveActions {
  const { patch, get, environment } = context;
  const curves = new Map<string, readonly CurvePoint[]>();
  let callOff = () => {};
  const job = createJob(context, {
    kind: "curve",
    onError: onLoss,
    show: (shown) => patch("curve", shown),
  });

  function add(key: string, point: CurvePoint): void {
    const points = withPoint(curves.get(key) ?? [], point);
    curves.delete(key);
    curves.set(key, points);
    const oldest = curves.size > REMEMBERED ? curves.keys().next().value : undefined;
    if (oldest !== undefined) curves.delete(oldest);
    if (get().curve.key === key) patch("curve", { points });
  }

  /** What the slider has measured at the ratio at hand. */
  function takeShown(key: string): void {
    const state = get();
    const of = prunedAtHand(state);
    const { shown } = state.measurement;
    if (!shown || !of || prunedKey(shown.of) !== prunedKey(of)) return;
    const known = state.curve.points.find((point) => ratioOf(point) === of.plan.asked);
    if (!known || (known.words === null && shown.answer !== null)) add(key, pointOf(shown, of));
  }

  function run(key: string): void {
    void job.start((run) =>
      measureCurve(context, run, kept, {
        points: () => curves.get(key) ?? [],
        add: (point) => add(key, point),
        tell: (widths) => patch("curve", { widths }),
      }),
    );
  }

  return {
    settle() {
      callOff();
      job.drop();
      const key = curveKey(get());
      patch("curve", { ...IDLE, key, points: (key !== null && curves.get(key)) || NONE });
      if (key === null) return;
      takeShown(key);
      if (isQuiet(get())) callOff = environment.after(CURVE_REST, () => run(key));
    },
  };
}

const NONE: readonly CurvePoint[] = [];

/** Whether nothing else runs, waits, or is about to. */
function isQuiet(state: WorkbenchState): boolean {
  const { model, measurement, reasoning, calibration, comparison, experiments, layers, ownSamples, pins } = state;
  const { running, waiting } = model.activity;
  const others = [
    reasoning,
    calibration,
    measurement,
    comparison,
    layers,
    ...pins.pins,
    ...Object.values(experiments.runs),
  ];
  return (
    model.status === "ready" &&
    (running === null || running === "curve") &&
    waiting.every((kind) => kind === "curve") &&
    measurement.status !== "resting" &&
    ownSamples.writing === null &&
    !others.some(isBusy)
  );
}
