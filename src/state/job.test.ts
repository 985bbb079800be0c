import { describe, expect, it } from "vitest";
import { PivotscopeError } from "../core/errors.ts";
import type { WorkerEngine } from "../engine/worker/client.ts";
import { createJob, type Run } from "./job.ts";
import type { Job } from "./job-state.ts";
import { createJobQueue } from "./queue.ts";
import { initialModel } from "./slices/model/model-state.ts";

/** A job whose shown stages and told errors are kept; its work ends when the test says so. */
function setUp(options: { readonly atOnce?: boolean } = {}) {
  const shown: { readonly job: Job<number>; readonly change: string | undefined }[] = [];
  const errors: unknown[] = [];
  const queue = createJobQueue(() => {});
  const engine = {} as WorkerEngine;
  const context = {
    queue,
    engine: { current: engine },
    patch: () => {},
    environment: { runsPerWorker: () => null } as never,
    get: () => ({ model: { ...initialModel, status: "ready" } }) as never,
  };
  const job = createJob<number, string>(context, {
    kind: "layers",
    onError: (error) => errors.push(error),
    show: (stage, change) => shown.push({ job: stage, change }),
    ...options,
  });
  return { job, queue, engine, errors, statuses: () => shown.map(({ job: { status } }) => status), shown };
}

/** Work that waits until it is told how to end. */
function gate() {
  let open: (value: string) => void = () => {};
  let fail: (error: unknown) => void = () => {};
  const work = ({ signal, inTurn }: Run<number>) =>
    inTurn(
      () =>
        new Promise<string>((resolve, reject) => {
          open = resolve;
          fail = reject;
          signal.addEventListener("abort", () => reject(new PivotscopeError("cancelled", "Cancelled.")));
        }),
    );
  return { work, open: (value: string) => open(value), fail: (error: unknown) => fail(error) };
}

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

describe("a job", () => {
  it("waits, runs, reports and is done, with what it left in the same step", async () => {
    const { job, shown } = setUp();
    await job.start(async ({ inTurn, report }) => {
      await inTurn(async () => report(0.5));
      return "left";
    }, "begun");
    expect(shown).toEqual([
      { job: { status: "waiting", progress: null, failure: null }, change: "begun" },
      { job: { status: "running", progress: null, failure: null }, change: undefined },
      { job: { status: "running", progress: 0.5, failure: null }, change: undefined },
      { job: { status: "done", progress: null, failure: null }, change: "left" },
    ]);
    expect(job.busy).toBe(false);
  });

  it("gets the engine in its turn", async () => {
    const { job, engine } = setUp();
    const given: unknown[] = [];
    await job.start(({ inTurn }) => inTurn(async (own) => String(given.push(own))));
    expect(given).toEqual([engine]);
  });

  it("is cancelled while it waits and while it runs, and reports nothing after", async () => {
    const { job, queue, statuses } = setUp();
    const other = gate();
    const before = queue.run("load", new AbortController().signal, () => new Promise<void>((end) => setImmediate(end)));
    const waiting = job.start(other.work);
    job.cancel();
    await waiting;
    expect(statuses()).toEqual(["waiting", "cancelled"]);
    await before;
    const running = gate();
    let late = () => {};
    const run = job.start((given) => {
      late = () => given.report(1);
      return running.work(given);
    });
    await turn();
    job.cancel();
    await run;
    late();
    expect(statuses().slice(2)).toEqual(["waiting", "running", "cancelled"]);
  });

  it("says nothing more once another run has its place, or once it was dropped", async () => {
    const { job, statuses, errors } = setUp();
    const [first, second] = [gate(), gate()];
    const old = job.start(first.work);
    await turn();
    const next = job.start(second.work);
    await old;
    await turn();
    expect(statuses()).toEqual(["waiting", "running", "waiting", "running"]);
    job.drop();
    await next;
    expect(statuses()).toHaveLength(4);
    expect([job.busy, errors.length]).toEqual([false, 0]);
  });

  it("fails with what was thrown, and tells of errors whose place was taken too: the device may be gone", async () => {
    const { job, shown, errors } = setUp();
    const lost = new PivotscopeError("device-lost", "The device is gone.", "Reload.");
    await job.start(() => Promise.reject(lost));
    expect(shown.at(-1)?.job).toEqual({
      status: "failed",
      progress: null,
      failure: { code: "device-lost", message: "The device is gone.", hint: "Reload." },
    });
    let end: (error: unknown) => void = () => {};
    const old = job.start(() => new Promise<string>((_, reject) => (end = reject)));
    const next = job.start(async () => "left");
    end(lost);
    await Promise.all([old, next]);
    expect(errors).toEqual([lost, lost]);
    expect(shown.at(-1)?.job.status).toBe("done");
  });

  it("begins as running where its parts take turns by themselves", async () => {
    const { job, statuses } = setUp({ atOnce: true });
    await job.start(async () => "left");
    expect(statuses()).toEqual(["running", "done"]);
  });
});
