import { describe, expect, it } from "vitest";
import { type Activity, createJobQueue } from "./queue.ts";

const NEVER = new AbortController().signal;

function deferred() {
  let resolve = () => {};
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}

describe("the queue to the engine", () => {
  it("runs jobs one after another and says which run and wait", async () => {
    const seen: Activity[] = [];
    const queue = createJobQueue((activity) => seen.push(activity));
    const first = deferred();
    const order: string[] = [];
    const one = queue.run("calibration", NEVER, () => first.promise.then(() => order.push("one")));
    const two = queue.run("trace", NEVER, async () => order.push("two"));
    expect(queue.activity).toEqual({ running: "calibration", waiting: ["trace"] });
    first.resolve();
    await Promise.all([one, two]);
    expect(order).toEqual(["one", "two"]);
    expect(seen.at(-1)).toEqual({ running: null, waiting: [] });
  });

  it("lets pins wait for all else but experiments, whose steps wait for pins", async () => {
    const queue = createJobQueue(() => {});
    const order: string[] = [];
    const jobs = (["trace", "experiment", "pin", "pin", "measurement"] as const).map((kind) =>
      queue.run(kind, NEVER, async () => order.push(kind)),
    );
    await Promise.all(jobs);
    expect(order).toEqual(["trace", "measurement", "pin", "pin", "experiment"]);
  });

  it("goes on after a job that failed, and passes its error on", async () => {
    const queue = createJobQueue(() => {});
    const failed = queue.run("trace", NEVER, () => Promise.reject(new Error("no")));
    const next = queue.run("trace", NEVER, async () => 7);
    await expect(failed).rejects.toThrow("no");
    await expect(next).resolves.toBe(7);
  });

  it("never starts a job that was cancelled while it waited", async () => {
    const queue = createJobQueue(() => {});
    const first = deferred();
    const one = queue.run("calibration", NEVER, () => first.promise);
    const controller = new AbortController();
    let started = false;
    const waiting = queue.run("trace", controller.signal, async () => {
      started = true;
    });
    controller.abort();
    await expect(waiting).rejects.toMatchObject({ code: "cancelled" });
    expect(queue.activity.waiting).toEqual([]);
    first.resolve();
    await one;
    expect(started).toBe(false);
    await expect(queue.run("trace", controller.signal, async () => 1)).rejects.toMatchObject({ code: "cancelled" });
  });

  it("drops what waits when it is cleared, and goes on with what comes after", async () => {
    const queue = createJobQueue(() => {});
    const first = deferred();
    const one = queue.run("calibration", NEVER, () => first.promise);
    const waiting = queue.run("trace", NEVER, async () => "never");
    queue.clear();
    await expect(waiting).rejects.toMatchObject({ code: "cancelled" });
    expect(queue.activity).toEqual({ running: "calibration", waiting: [] });
    const after = queue.run("load", NEVER, async () => "done");
    first.resolve();
    await one;
    expect(await after).toBe("done");
  });
});
