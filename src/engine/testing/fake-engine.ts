/**
 * An engine without a model, for tests of what stands around one: the protocol and the store. Its numbers are made
 * from the arguments by fixed formulas (`fake-answers.ts`); tests steer it through `gate` and `failNext`.
 */
import { setImmediate } from "node:timers/promises";
import { invariant, PivotscopeError, throwIfCancelled } from "../../core/errors.ts";
import type { Call, Engine, LoadProgress, ModelNeeds } from "../contract.ts";
import { type ArgumentsOf, createEngineOf, type ProgressOf, type ResultOf } from "../worker/calls.ts";
import { type CallKind, type CallNotes, type FakeTold, fakeAnswers } from "./fake-answers.ts";
import { fakeLayout } from "./fake-model.ts";

export interface FakeEngine extends Engine {
  /** Every call that reached the engine, in order. */
  readonly calls: ({ readonly kind: CallKind } & CallNotes)[];
  /** Calls of this kind wait before their first step until `open` is called. */
  gate(kind: CallKind): { open(): void };
  /** The next call of this kind rejects with this error after its first step. */
  failNext(kind: CallKind, error: PivotscopeError): void;
  /** Calibrations end with this error once they have summed so many samples, until it is null. */
  loseCalibration(loss: { readonly after: number; readonly error: PivotscopeError } | null): void;
  /** From now on `inspect` answers with these changes. */
  answerNeeds(change: Partial<ModelNeeds>): void;
  /** From now on loading leaves this check of the device open where it is not known, and it comes out so. */
  leaveCheck(name: string, right: boolean): void;
  /** What `load` reports before its first step. */
  reportLoading(progress: readonly LoadProgress[]): void;
  readonly disposed: boolean;
}

export function createFakeEngine(): FakeEngine {
  const calls: FakeEngine["calls"] = [];
  const gates = new Map<CallKind, Promise<void>>();
  const failures = new Map<CallKind, PivotscopeError>();
  const told: FakeTold = {
    needs: {},
    loading: [{ stage: "weights", done: 500, total: 1000, item: "model.safetensors" }],
    sliced: null,
    runs: 0,
    deviceRight: true,
    deviceCheck: null,
    calibrationLoss: null,
  };
  const answers = fakeAnswers(fakeLayout(), told);
  let disposed = false;
  let running = 0;

  async function enter(kind: CallKind, signal: AbortSignal | undefined): Promise<void> {
    if (running > 0) throw new PivotscopeError("busy", `The engine is busy; ${kind} came in between.`);
    running += 1;
    try {
      await Promise.race([gates.get(kind) ?? setImmediate(), aborted(signal)]);
      await setImmediate();
      throwIfCancelled(signal);
      const failure = failures.get(kind);
      failures.delete(kind);
      if (failure) throw failure;
    } finally {
      running -= 1;
    }
  }

  async function perform<Kind extends CallKind>(
    kind: Kind,
    given: ArgumentsOf<Kind>,
    call: Call<ProgressOf<Kind>> = {},
  ): Promise<ResultOf<Kind>> {
    const fake = answers[kind];
    invariant(fake, `The fake engine has no answer to ${kind}; give it one in fake-answers.ts.`);
    calls.push({ kind, ...fake.notes?.(...given) });
    for (const progress of fake.start?.(...given) ?? []) call.onProgress?.(progress);
    await enter(kind, call.signal);
    return fake.answer(given, call);
  }

  return {
    ...createEngineOf((name, given, call) => perform(name as CallKind, given as never, call) as never),
    calls,
    get disposed() {
      return disposed;
    },
    gate(kind) {
      let open = () => {};
      const closed = new Promise<void>((resolve) => (open = resolve));
      gates.set(kind, closed);
      return {
        open() {
          // A gate that has been put behind this one stays.
          if (gates.get(kind) === closed) gates.delete(kind);
          open();
        },
      };
    },
    failNext(kind, error) {
      failures.set(kind, error);
    },
    loseCalibration(loss) {
      told.calibrationLoss = loss;
    },
    answerNeeds(change) {
      told.needs = change;
    },
    leaveCheck(name, right) {
      told.deviceCheck = name;
      told.deviceRight = right;
    },
    reportLoading(progress) {
      told.loading = progress;
    },
    async dispose() {
      disposed = true;
    },
  };
}

function aborted(signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => signal?.addEventListener("abort", () => resolve(), { once: true }));
}
