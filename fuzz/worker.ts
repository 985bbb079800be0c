/** Runs the targets one after another and tells the main thread, before each input, which it is. */
import { parentPort, workerData } from "node:worker_threads";
import { guardAllocations } from "./guard.ts";
import { runTarget } from "./run-target.ts";
import { TARGETS } from "./targets.ts";

/** What the worker is asked for. `state` is shared: number of the input, and milliseconds since `origin` at its start. */
export interface WorkerRequest {
  readonly seed: number;
  readonly origin: number;
  readonly jobs: readonly { readonly name: string; readonly runs: number }[];
  readonly state: SharedArrayBuffer;
}

const { seed, origin, jobs, state } = workerData as WorkerRequest;
const shared = new Int32Array(state);
const guard = guardAllocations();
for (const { name, runs } of jobs) {
  const target = TARGETS.find((candidate) => candidate.name === name);
  if (target === undefined) throw new Error(`There is no target "${name}".`);
  parentPort?.postMessage({ kind: "start", name });
  const report = runTarget(target, {
    runs,
    seed,
    guard,
    onStart(index) {
      Atomics.store(shared, 0, index);
      Atomics.store(shared, 1, Date.now() - origin);
    },
  });
  parentPort?.postMessage({ kind: "report", report });
}
guard.remove();
parentPort?.postMessage({ kind: "end" });
