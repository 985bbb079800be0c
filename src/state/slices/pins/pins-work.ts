/** What is done with pinned sides: plan one that was asked for, measure what it lacks, take it away. */
import { equalBudget } from "../../../core/equal-budget.ts";
import { PivotscopeError } from "../../../core/errors.ts";
import { methods } from "../../../core/methods/index.ts";
import { prunedKey, sameModel } from "../../../core/provenance.ts";
import type { SampleInput } from "../../../engine/contract.ts";
import type { Context } from "../../context.ts";
import { failureOf } from "../../failure.ts";
import { createJob, type JobControl } from "../../job.ts";
import { ENDED, IDLE, isBusy, type Job } from "../../job-state.ts";
import { modelAtHand } from "../../provenance.ts";
import { sampleInput } from "../input/input.ts";
import type { KeptMeasurements } from "../measurement/kept-measurements.ts";
import { measurePlan } from "../measurement/measure-plan.ts";
import type { Measured } from "../measurement/measurement-state.ts";
import { needsOf, pruningOf } from "../pruning/method.ts";
import { createPlannerCache, provenanceOf } from "../pruning/pruning.ts";
import { createKeptSides } from "./kept-sides.ts";
import { KEPT, MAXIMUM_PINS, type Pin, type Side, type WantedPin } from "./pins-state.ts";
import { frozenFrame, sideAtHand } from "./side.ts";
import { smallPicture } from "./small-picture.ts";

export interface PinsWork {
  /** Pins a side that nothing changes any more. @param input its picture and question, of which it keeps a small copy. */
  push(side: Side, input: SampleInput): void;
  unpin(id: number): void;
  retry(id: number): void;
  takeWanted(): void;
}

/** The highest ratio that is asked for to remove as much as another plan. */
const HIGHEST_ASKED = 0.95;

const GONE =
  "a pinned side of another picture or model, which links cannot carry: that of whoever made the link, or one that this browser no longer keeps";

interface Task {
  readonly job: JobControl<never, undefined>;
  readonly input: SampleInput;
}

export function createPinsWork(
  context: Context,
  onLoss: (error: unknown) => boolean,
  kept: KeptMeasurements,
): PinsWork {
  const { patch, get } = context;
  const planner = createPlannerCache(context);
  const tasks = new Map<number, Task>();
  const sides = createKeptSides(context.environment.records, context.environment.date);
  /** Names of kept sides that are being looked for. */
  const looking = new Set<string>();
  /** Ends when those that were asked for before have been looked for: pins keep their order. */
  let last: Promise<unknown> = Promise.resolve();
  let lastId = 0;

  const pinOf = (id: number) => get().pins.pins.find((pin) => pin.id === id);

  function change(id: number, to: Job & Partial<Pick<Pin, "side" | "keptAs">>): void {
    patch("pins", { pins: get().pins.pins.map((pin): Pin => (pin.id === id ? { ...pin, ...to } : pin)) });
  }

  function push(side: Side, input: SampleInput): void {
    if (get().pins.pins.length >= MAXIMUM_PINS) return;
    lastId += 1;
    const id = lastId;
    const job = createJob<never, undefined>(context, {
      kind: "pin",
      onError: onLoss,
      show: (shown) => change(id, shown),
    });
    tasks.set(id, { job, input });
    const known = side.measured?.answer ? side.measured : (kept.get(prunedKey(side.of)) ?? side.measured);
    // The same mask can be asked for at two ratios: the label is this side's.
    const measured = known && { ...known, of: side.of };
    const pinned = { ...side, measured, picture: smallPicture(side.picture) };
    const pin: Pin = { id, side: pinned, ...(measured?.answer ? ENDED : IDLE) };
    patch("pins", { pins: [...get().pins.pins, pin], failure: null });
    if (measured?.answer) void keep(id);
    else void measure(id);
  }

  async function measure(id: number): Promise<void> {
    const task = tasks.get(id);
    const side = pinOf(id)?.side;
    if (!task || !side) return;
    const { of } = side;
    await task.job.start(async ({ signal, wanted, inTurn }) => {
      const tell = (measured: Measured) => {
        kept.keep(measured);
        if (wanted()) change(id, { ...(pinOf(id) ?? IDLE), side: { ...side, measured } });
      };
      await inTurn(async (engine) => {
        const model = modelAtHand(get());
        if (!model || !sameModel(of, { ...of, model })) {
          throw new PivotscopeError(
            "cancelled",
            `${of.model.label} is no longer open.`,
            "Open it again to measure this side.",
          );
        }
        const known = kept.get(prunedKey(of));
        if (known?.answer) return tell({ ...known, of });
        const plan = {
          input: task.input,
          trace: side.dense,
          pruning: pruningOf(side.frame),
          known: known?.measurement,
        };
        await measurePlan(engine, plan, signal, (measurement, answer) => tell({ of, measurement, answer }));
      });
      return undefined;
    });
    await keep(id);
  }

  /** Keeps a side over reloads once it is measured; where the browser cannot, it ends with the page. */
  async function keep(id: number): Promise<void> {
    const side = pinOf(id)?.side;
    const keptAs = side && (await sides.keep(side).catch(() => null));
    if (!keptAs) return;
    const pin = pinOf(id);
    if (pin) change(id, { ...pin, keptAs });
    else await sides.remove([keptAs]).catch(() => undefined);
  }

  /** Pins a side that this browser keeps, or says why not. */
  async function bringBack({ method }: WantedPin): Promise<void> {
    const name = method.slice(KEPT.length);
    if (looking.has(name)) return;
    looking.add(name);
    const finding = last.then(() => sides.find(name)).catch(() => null);
    last = finding;
    const found = await finding;
    looking.delete(name);
    context.inOneStep(() => {
      const { pins, wanted } = get().pins;
      if (!wanted.some((one) => one.method === method)) return;
      patch("pins", { wanted: wanted.filter((one) => one.method !== method) });
      const there = pins.some(({ keptAs }) => keptAs === name) || pins.length >= MAXIMUM_PINS;
      if (found && found !== "damaged" && !there) {
        lastId += 1;
        patch("pins", { pins: [...pins, { ...ENDED, id: lastId, side: found, keptAs: name }] });
      } else if (!there) {
        const why = found ? "what this browser kept of it was damaged, and is dropped" : GONE;
        patch("link", { notes: [...get().link.notes, `pin “${method}” (${why}; it is left out)`] });
      }
    });
  }

  /** The side that a method makes of model and picture at hand; null while something for it is missing. */
  function planSide({ method, ratio: wanted }: WantedPin): Side | null {
    const state = get();
    const shown = sideAtHand(state);
    // A calibration that still runs would plan another side in a moment.
    if (!shown || (needsOf(method) === "calibration" && isBusy(state.calibration))) return null;
    const plan = planner(method, state.pruning.parameters);
    if (!plan) return null;
    const reach = (asked: number) => plan(asked).reachedRatio;
    const ratio =
      wanted === "equal"
        ? equalBudget(reach, shown.frame.reachedRatio, HIGHEST_ASKED).asked
        : Math.min(HIGHEST_ASKED, Math.max(0, wanted));
    const frame = frozenFrame(plan(ratio));
    const of = provenanceOf(state, { method, ratio, parameters: state.pruning.parameters }, frame);
    return of && { ...shown, frame, of: { ...of, input: shown.of.input }, measured: null };
  }

  /** Whether there is nothing more to do for it: it is pinned, or cannot be. */
  function attempt(wanted: WantedPin): boolean {
    const input = sampleInput(get().input);
    if (wanted.method.startsWith(KEPT)) {
      void bringBack(wanted);
      return false;
    }
    if (!methods.some(({ name }) => name === wanted.method)) return true;
    try {
      const side = input && planSide(wanted);
      if (side) push(side, input);
      return side !== null;
    } catch (error) {
      patch("pins", { failure: failureOf(error) });
      return true;
    }
  }

  return {
    push,
    unpin(id) {
      const keptAs = pinOf(id)?.keptAs;
      if (keptAs) void sides.remove([keptAs]).catch(() => undefined);
      tasks.get(id)?.job.drop();
      tasks.delete(id);
      patch("pins", { pins: get().pins.pins.filter((pin) => pin.id !== id), failure: null });
    },
    retry(id) {
      const pin = pinOf(id);
      if (pin && !isBusy(pin)) void measure(id);
    },
    takeWanted() {
      const { wanted } = get().pins;
      const left = wanted.filter((pin) => !attempt(pin));
      if (left.length < wanted.length) patch("pins", { wanted: left });
    },
  };
}
