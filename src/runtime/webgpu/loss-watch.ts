/**
 * Work that ends with its device. The promise of the loss may never settle, so nothing is hung on it for each call: a
 * `Promise.race` would keep every call's result for as long as the device lives, 7 kB of the page for each run of a graph.
 */

export interface LossWatch {
  /** What `task` comes to, or the loss where that comes first: onnxruntime would wait for ever. */
  unlessLost<Result>(task: () => Promise<Result>): Promise<Result>;
}

/** @param lost what `device.lost` comes to, as text. @param errorOf the error for it. */
export function createLossWatch(lost: Promise<string>, errorOf: (reason: string) => Error): LossWatch {
  const waiting = new Set<(error: Error) => void>();
  void lost.then((reason) => {
    for (const reject of waiting) reject(errorOf(reason));
    waiting.clear();
  });
  return {
    unlessLost: (task) =>
      new Promise((resolve, reject) => {
        waiting.add(reject);
        const done = () => void waiting.delete(reject);
        task().then(resolve, reject).then(done, done);
      }),
  };
}
