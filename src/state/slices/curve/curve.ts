/**
 * Measures this picture's curve in the background: a while after everything has come to rest, one ratio at a time, until
 * anything on the page changes. Its measurements are kept with the slider's, so that each finds what the other has measured.
 */
import { onDemand } from "../../../core/on-demand.ts";
import { prunedKey } from "../../../core/provenance.ts";
import type { Context } from "../../context.ts";
import { createJob } from "../../job.ts";
import { IDLE, isBusy } from "../../job-state.ts";
import { prunedAtHand } from "../../provenance.ts";
import type { WorkbenchState } from "../../shape.ts";
import type { KeptMeasurements } from "../measurement/kept-measurements.ts";
import { curveKey, pointOf, ratioOf, withPoint } from "./curve-key.ts";
import type { CurvePoint } from "./curve-state.ts";

/** Milliseconds without any change of the page after which it measures by itself. */
export const CURVE_REST = 1000;

/** Curves whose points are remembered. One is a few kilobytes. */
const REMEMBERED = 32;

const loadRun = onDemand(() => import("./curve-run.ts"));

export interface CurveActions {
  /** To be called whenever anything has changed: shows what is known of the curve at hand, stops, and waits for a rest. */
  settle(): void;
}

export function createCurveActions(
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

  async function run(key: string): Promise<void> {
    const part = await loadRun().catch(() => null);
    // Loading it takes a while as well.
    if (!part || curveKey(get()) !== key || !isQuiet(get())) return;
    await job.start((run) =>
      part.measureCurve(context, run, kept, {
        points: () => curves.get(key) ?? [],
        add: (point) => add(key, point),
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
      if (isQuiet(get())) callOff = environment.after(CURVE_REST, () => void run(key));
    },
  };
}

const NONE: readonly CurvePoint[] = [];

/** Whether nothing else runs, waits, or is about to. */
function isQuiet(state: WorkbenchState): boolean {
  const { model, measurement, reasoning, calibration, comparison, experiments, layers, ownSamples } = state;
  const { running, waiting } = model.activity;
  const others = [reasoning, calibration, measurement, comparison, layers, ...Object.values(experiments.runs)];
  return (
    model.status === "ready" &&
    (running === null || running === "curve") &&
    waiting.every((kind) => kind === "curve") &&
    measurement.status !== "resting" &&
    ownSamples.writing === null &&
    !others.some(isBusy)
  );
}

/** A selector that gives another number whenever anything but the curve itself and the queue has changed. */
export function createStir(): (state: WorkbenchState) => number {
  let last: readonly unknown[] = [];
  let stirs = 0;
  return ({ curve: _, model, ...slices }) => {
    const { activity, ...rest } = model;
    // Whatever waits behind it must not wait long.
    const kept = activity.running === "curve" && activity.waiting.length > 0;
    const now = [...Object.values(slices), ...Object.values(rest), kept];
    if (now.some((value, index) => !Object.is(value, last[index]))) stirs += 1;
    last = now;
    return stirs;
  };
}
