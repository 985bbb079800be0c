/** Transfers in which nothing comes any more: to whoever waits, such a connection is broken. */

/** Calls back once after a delay; the function that comes back calls it off. Given in, so that tests need not wait. */
export interface Timer {
  after(milliseconds: number, callback: () => void): () => void;
}

export const systemTimer: Timer = {
  after(milliseconds, callback) {
    const timer = setTimeout(callback, milliseconds);
    return () => clearTimeout(timer);
  },
};

const LIMIT_SECONDS = 30;

/**
 * Waits for a part of a transfer, for half a minute at most.
 *
 * @param stop ends the transfer that has stalled.
 * @throws Error "nothing came for 30 seconds"; what `task` throws.
 */
export async function unlessStalled<Result>(task: Promise<Result>, timer: Timer, stop: () => void): Promise<Result> {
  let callOff = () => {};
  const stalled = new Promise<never>((_, reject) => {
    callOff = timer.after(LIMIT_SECONDS * 1000, () => {
      reject(new Error(`nothing came for ${LIMIT_SECONDS} seconds`));
      stop();
    });
  });
  try {
    return await Promise.race([task, stalled]);
  } finally {
    callOff();
  }
}
