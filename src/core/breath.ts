/**
 * Long work on one thread lets waiting messages in now and then: without that, a cancel would wait for its end.
 */

/**
 * Returns a function to be awaited between two steps of the work; it lets messages in when `interval` milliseconds have
 * gone by since it last did, and costs next to nothing otherwise.
 */
export function createBreath(interval: number): () => Promise<void> | undefined {
  let last = performance.now();
  return () => {
    if (performance.now() - last < interval) return undefined;
    return new Promise((resolve) => {
      setTimeout(() => {
        last = performance.now();
        resolve();
      }, 0);
    });
  };
}
