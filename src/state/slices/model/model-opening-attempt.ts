/**
 * Attempts at opening a model, one at a time, each in an engine of its own. It is no job of the queue: it runs beside the
 * model at hand, keeps its engine between looking and loading, and its worker has files to put away when it is given up.
 */
import { PivotscopeError } from "../../../core/errors.ts";
import type { WorkerEngine } from "../../../engine/worker/client.ts";
import type { Environment } from "../../environment.ts";

export interface Attempt {
  readonly signal: AbortSignal;
  /** Whether it has neither been given up nor come to its end. */
  atHand(): boolean;
  /**
   * The attempt's engine, once the one before has let go of the files that both read.
   * @throws PivotscopeError `cancelled` when it has been given up meanwhile.
   */
  engine(): Promise<WorkerEngine>;
}

export interface Attempts {
  /** The attempt at hand. */
  current(): Attempt | null;
  /** Gives up the attempt at hand and begins another. */
  begin(): Attempt;
  /** Gives up the attempt at hand: the call is cancelled at once, the worker closes its files behind it. */
  stop(): void;
  /** Ends the attempt at hand and leaves its engine to whoever has it now. */
  finish(): void;
  /** Resolves when all that was given up has put its files away. */
  woundDown(): Promise<void>;
}

/** Milliseconds that a cancelled engine has to put its files away before it is ended. */
const WIND_DOWN = 3000;

export function createAttempts(environment: Pick<Environment, "after" | "createEngine">): Attempts {
  let held: { readonly attempt: Attempt; giveUp(): void } | null = null;
  let windingDown: Promise<void> = Promise.resolve();

  function windDown(engine: WorkerEngine): Promise<void> {
    return new Promise((resolve) => {
      const end = () => {
        callOff();
        engine.terminate();
        resolve();
      };
      const callOff = environment.after(WIND_DOWN, end);
      // Disposing waits its turn behind the cancelled call.
      engine.dispose().then(end, end);
    });
  }

  function stop(): void {
    const before = held;
    held = null;
    before?.giveUp();
  }

  return {
    stop,
    current: () => held?.attempt ?? null,
    finish() {
      held = null;
    },
    woundDown: () => windingDown,
    begin() {
      stop();
      const controller = new AbortController();
      let engine: WorkerEngine | null = null;
      const attempt: Attempt = {
        signal: controller.signal,
        atHand: () => held?.attempt === attempt,
        async engine() {
          await windingDown;
          if (!attempt.atHand()) throw new PivotscopeError("cancelled", "Cancelled.");
          engine ??= environment.createEngine();
          return engine;
        },
      };
      held = {
        attempt,
        giveUp() {
          controller.abort();
          if (engine) windingDown = Promise.all([windingDown, windDown(engine)]).then(() => undefined);
        },
      };
      return attempt;
    },
  };
}
