/**
 * Feeds damaged files to every parser: each must read the file or refuse it with a typed error that names it, within a
 * bounded time and memory. What it fails on is printed and written to --out.
 *
 *   tsx fuzz/main.ts [--runs 1000000] [--seed 1] [--only NAME] [--limit 5000] [--out FOLDER]
 *
 * --limit is the time in milliseconds after which one input counts as a hang. The exit status is 1 after any failure.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { Worker } from "node:worker_threads";
import { valuePool } from "./mutate.ts";
import { inputOf, type TargetReport } from "./run-target.ts";
import { TARGETS } from "./targets.ts";
import type { WorkerRequest } from "./worker.ts";

const { values } = parseArgs({
  options: {
    runs: { type: "string", default: "1000000" },
    seed: { type: "string", default: "1" },
    only: { type: "string" },
    limit: { type: "string", default: "5000" },
    out: { type: "string", default: join(tmpdir(), "pivotscope-fuzz") },
  },
});
const [runs, seed, limit] = [values.runs, values.seed, values.limit].map(Number);
if (!runs || seed === undefined || !limit) throw new Error("--runs, --seed and --limit take numbers.");
const targets = TARGETS.filter(({ name }) => values.only === undefined || name === values.only);
if (targets.length === 0) throw new Error(`--only takes one of ${TARGETS.map(({ name }) => name).join(", ")}.`);
const shares = targets.reduce((sum, { share }) => sum + share, 0);
let jobs = targets.map(({ name, share }) => ({ name, runs: Math.ceil((runs * share) / shares) }));

/** Threads do not take over the loader of TypeScript, so each registers its own. */
const START = `const { workerData } = require("node:worker_threads");
import("tsx/esm/api").then(({ register }) => { register(); return import(workerData.module); });`;

let failed = false;
let total = 0;
const start = Date.now();

while (jobs.length > 0) jobs = await runWorker(jobs);
console.log(`${total} inputs in ${((Date.now() - start) / 1000).toFixed(0)} s, seed ${seed}`);
if (failed) process.exitCode = 1;

type Jobs = WorkerRequest["jobs"];

/** Runs jobs in a thread until they are done, or one hangs or dies: then the rest comes back, to be run in a new one. */
function runWorker(todo: Jobs): Promise<{ name: string; runs: number }[]> {
  const state = new SharedArrayBuffer(8);
  const shared = new Int32Array(state);
  const origin = Date.now();
  const workerData: WorkerRequest = { seed: seed ?? 1, origin, jobs: todo, state };
  const worker = new Worker(START, {
    eval: true,
    workerData: { ...workerData, module: new URL("./worker.ts", import.meta.url).href },
    resourceLimits: { maxOldGenerationSizeMb: 1024 },
  });
  let running = "";
  let finished = 0;
  return new Promise((resolve) => {
    let over = false;
    const end = (reason: string | null) => {
      if (over) return;
      over = true;
      clearInterval(watchdog);
      if (reason !== null) {
        failed = true;
        reportInput(running, Atomics.load(shared, 0), reason);
      }
      void worker.terminate();
      resolve(reason === null ? [] : todo.slice(finished + 1));
    };
    const watchdog = setInterval(() => {
      const since = Date.now() - origin - Atomics.load(shared, 1);
      if (running !== "" && since > (limit ?? 0)) end(`no answer after ${since} ms`);
    }, 250);
    worker.on("error", (error) => end(`the thread died: ${error.message}`));
    worker.on("message", (message: { kind: string; name: string; report: TargetReport }) => {
      if (message.kind === "start") {
        Atomics.store(shared, 1, Date.now() - origin);
        running = message.name;
      } else if (message.kind === "report") {
        finished += 1;
        running = "";
        print(message.report);
      } else end(null);
    });
  });
}

function print(report: TargetReport): void {
  const { name, accepted, rejected, seconds, slowestMilliseconds, largestAllocation, failures } = report;
  total += report.runs;
  console.log(
    `${name.padEnd(20)} ${String(accepted).padStart(7)} read ${String(rejected).padStart(7)} refused in ${seconds.toFixed(1)} s, slowest ` +
      `${slowestMilliseconds.toFixed(1)} ms, largest allocation ${largestAllocation.toLocaleString("en")}`,
  );
  for (const { reason, index, input } of failures) {
    failed = true;
    console.log(`  FAILED on input ${index}: ${reason}\n    ${save(name, index, input)}`);
  }
  save(name, -1, report.slowest);
}

function reportInput(name: string, index: number, reason: string): void {
  const target = TARGETS.find((candidate) => candidate.name === name);
  const input = target === undefined ? "" : inputOf(target, seed ?? 1, index, valuePool(seed ?? 1));
  console.log(`${name}: FAILED on input ${index}: ${reason}\n    ${save(name, index, input)}`);
}

/** Writes an input to the folder of results; -1 stands for the slowest one. */
function save(name: string, index: number, input: string): string {
  mkdirSync(values.out, { recursive: true });
  const path = join(values.out, `${name}-${index < 0 ? "slowest" : index}.txt`);
  writeFileSync(path, input);
  return path;
}
