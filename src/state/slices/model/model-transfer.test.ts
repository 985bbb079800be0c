import { describe, expect, it } from "vitest";
import type { LoadProgress } from "../../../engine/contract.ts";
import type { ModelSource } from "../../../models/model-source.ts";
import { createTransferMeter, fractionOf, originOf, showTransfer, type Transfer } from "./model-transfer.ts";

const TOTAL = 100e6;
const at = (done: number, change: Partial<LoadProgress> = {}): LoadProgress => ({
  stage: "weights",
  item: "model.safetensors",
  from: "network",
  done,
  total: TOTAL,
  ...change,
});

describe("the rate of a transfer", () => {
  it("is that of a steady stream, and so is the time left", () => {
    const meter = createTransferMeter();
    let last = null;
    for (let second = 0; second <= 5; second += 0.2) last = meter.note(at(second * 2e6), second * 1000) ?? last;
    expect(last?.bytesPerSecond).toBeCloseTo(2e6, -2);
    expect(last?.secondsLeft).toBeCloseTo(45, 0);
  });

  it("is not told before there is something to tell", () => {
    const meter = createTransferMeter();
    expect(meter.note(at(0), 0)).toMatchObject({ bytesPerSecond: null, secondsLeft: null });
    expect(meter.note(at(1e6), 200)).toMatchObject({ bytesPerSecond: null, secondsLeft: null });
    expect(meter.note(at(3e6), 700)?.bytesPerSecond).toBeGreaterThan(0);
  });

  it("moves by less than a quarter when one second stalls", () => {
    const meter = createTransferMeter();
    for (let second = 0; second <= 20; second += 0.5) meter.note(at(second * 1e6), second * 1000);
    const stalled = meter.note(at(20e6), 21_000);
    expect(stalled?.bytesPerSecond).toBeLessThan(1e6);
    expect(stalled?.bytesPerSecond).toBeGreaterThan(0.75e6);
  });

  it("begins anew where the bytes come from elsewhere", () => {
    const meter = createTransferMeter();
    meter.note(at(0, { from: "cache" }), 0);
    meter.note(at(60e6, { from: "cache" }), 1000);
    meter.note(at(61e6), 1100);
    expect(meter.note(at(62e6), 2100)?.bytesPerSecond).toBeCloseTo(1e6, -3);
  });

  it("shows at most ten updates a second, but every stage and the end", () => {
    const meter = createTransferMeter();
    const shown = Array.from({ length: 100 }, (_, step) => meter.note(at(step * 1000), step * 10));
    expect(shown.filter((transfer) => transfer !== null)).toHaveLength(10);
    expect(meter.note(at(TOTAL), 991)).not.toBeNull();
    expect(meter.note(at(TOTAL, { stage: "check" }), 992)).not.toBeNull();
  });

  it("has no fraction while the whole is unknown", () => {
    expect(fractionOf({ done: 10, total: 0 })).toBeNull();
    expect(fractionOf({ done: 10, total: 40 })).toBe(0.25);
    expect(fractionOf(null)).toBeNull();
  });
});

describe("a transfer on the page", () => {
  /** A clock that is moved by hand, and what was shown. */
  function onPage() {
    const waiting = new Set<{ readonly at: number; readonly callback: () => void }>();
    let clock = 0;
    const shown: Transfer[] = [];
    const after = (milliseconds: number, callback: () => void) => {
      const entry = { at: clock + milliseconds, callback };
      waiting.add(entry);
      return () => void waiting.delete(entry);
    };
    const { note, end } = showTransfer({ now: () => clock, after }, (transfer) => shown.push(transfer));
    const wait = (milliseconds: number) => {
      for (const target = clock + milliseconds; clock < target; clock++) {
        for (const entry of waiting) if (entry.at <= clock && waiting.delete(entry)) entry.callback();
      }
    };
    return { note, end, wait, waiting, shown };
  }

  it("shows the newest of what came too fast to be shown", () => {
    const page = onPage();
    for (let step = 0; step <= 20; step++) page.note(at(step * 1e5));
    expect(page.shown.map(({ done }) => done)).toEqual([0]);
    page.wait(150);
    expect(page.shown.map(({ done }) => done)).toEqual([0, 2e6]);
  });

  it("lets the rate fall while nothing comes", () => {
    const page = onPage();
    for (let step = 0; step <= 50; step++) {
      page.note(at(step * 1e5));
      page.wait(100);
    }
    const running = page.shown.at(-1)?.bytesPerSecond ?? 0;
    expect(running).toBeCloseTo(1e6, -4);
    page.wait(12_000);
    const stalled = page.shown.at(-1);
    expect(stalled?.done).toBe(5e6);
    expect(stalled?.bytesPerSecond).toBeLessThan(0.15 * running);
    expect(stalled?.secondsLeft).toBeGreaterThan(600);
  });

  it("waits for nothing when it has ended", () => {
    const page = onPage();
    page.note(at(1e6));
    page.end();
    expect(page.waiting.size).toBe(0);
  });
});

describe("the origin of bytes", () => {
  const hub = { kind: "hub", name: "a/b", repository: "a/b", revision: null, hubUrl: null } as const;
  const needs = { bytesToFetch: 60, bytesCached: 40 };
  const origin = (source: ModelSource, done: number, bytes = needs) =>
    originOf(source, bytes, { stage: "weights", item: "", done, total: 100 });

  it("is the cache as far as a file is kept, and the network from there on", () => {
    expect(origin(hub, 40)).toBe("cache");
    expect(origin(hub, 41)).toBe("network");
    expect(origin(hub, 100, { bytesToFetch: 0, bytesCached: 100 })).toBe("cache");
  });

  it("is the disk for files, the network for addresses, and what the engine says", () => {
    expect(origin({ kind: "files", name: "", files: new Map() }, 1)).toBe("disk");
    expect(origin({ kind: "address", name: "", url: "" }, 1)).toBe("network");
    expect(originOf(hub, needs, { ...at(1), from: "disk" })).toBe("disk");
  });
});
