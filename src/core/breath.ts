/**
 * Long work on one thread lets waiting messages in now and then: without that, a cancel would wait for its end.
 */

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
