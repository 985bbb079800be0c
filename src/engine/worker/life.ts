/**
 * Whether a worker still lives. A system that is short of memory may end one without an error event, and what waits for it
 * would wait for ever. So a worker that owes an answer is asked for a sign of life now and then; its thread may be busy
 * with a run for long, and is let be long after anyone would call it slow.
 */

/** Milliseconds between two questions. */
export const PULSE = 30_000;

/** Questions in a row that may go unanswered: five minutes, which no run of a graph takes. */
export const SILENCES = 10;

export interface Life {
  /** A call was sent: until none is waited for, signs of life are asked for. */
  watch(): void;
  /** Anything came from the worker. */
  heard(): void;
}

export interface LifeOptions {
  /** Sends the question; whatever comes back is a sign of life. */
  ask(): void;
  /** Whether an answer to a call is owed. */
  waits(): boolean;
  onDeath(): void;
  /** Calls back once after a delay in milliseconds. Ticks are counted, not time: a computer that slept has not waited. */
  after(milliseconds: number, callback: () => void): void;
}

export function createLife({ ask, waits, onDeath, after }: LifeOptions): Life {
  let watching = false;
  let silent = 0;

  function tick(): void {
    watching = false;
    if (!waits()) return;
    if (silent >= SILENCES) {
      onDeath();
      return;
    }
    silent += 1;
    ask();
    watch();
  }

  function watch(): void {
    if (watching) return;
    watching = true;
    after(PULSE, tick);
  }

  return {
    watch() {
      if (!watching) silent = 0;
      watch();
    },
    heard() {
      silent = 0;
    },
  };
}
