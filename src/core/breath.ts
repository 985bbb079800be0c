/**
 * Long work on one thread lets waiting messages in now and then: without that, a cancel would wait for its end.
 */
import { throwIfCancelled } from "./errors.ts";

/**
 * Resolves when the messages that wait now have been let in. In browsers a message to itself does that: timers that follow
 * each other wait 4 milliseconds each, which is a tenth of what a token takes.
 */
function letMessagesIn(): Promise<void> {
  if (typeof setImmediate === "function") return new Promise((resolve) => setImmediate(resolve));
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });
}

/**
 * Returns a function to be awaited between two steps of the work; it lets messages in when `interval` milliseconds have
 * gone by since it last did, and costs next to nothing otherwise.
 */
export function createBreath(interval: number): () => Promise<void> | undefined {
  let last = performance.now();
  return () => {
    if (performance.now() - last < interval) return undefined;
    return letMessagesIn().then(() => {
      last = performance.now();
    });
  };
}

/** To be awaited between two steps of work that can be cancelled. */
export type Pause = () => Promise<void>;

/** How long such work may keep the thread, in milliseconds: what a cancel waits for. */
const PAUSE_INTERVAL = 50;

/** A breath every 50 milliseconds. @throws PivotscopeError `cancelled`, from the pause, once `signal` was aborted. */
export function createPause(signal: AbortSignal | undefined): Pause {
  const breathe = createBreath(PAUSE_INTERVAL);
  return async () => {
    await breathe();
    throwIfCancelled(signal);
  };
}
