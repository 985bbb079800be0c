import { afterEach, describe, expect, it, vi } from "vitest";
import { openWeights } from "./open-weights.ts";
import { chunked, NAMES, TENSORS } from "./testing/small-weights.ts";
import { writeSafetensors } from "./testing/write-safetensors.ts";

describe("weights that stall", () => {
  afterEach(() => void vi.useRealTimers());

  /** Weights of which half comes at once and the rest when `goOn` is called. */
  async function halfway() {
    const bytes = writeSafetensors(TENSORS);
    const half = bytes.length >> 1;
    const folder = chunked(bytes, half, { knownHash: async () => "ab".repeat(32) });
    let goOn = () => {};
    const stall = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    let stalls = () => {};
    const stalled = new Promise<void>((resolve) => {
      stalls = resolve;
    });
    let opened = 0;
    const weights = await openWeights({
      ...folder,
      async open(path, options) {
        const file = await folder.open(path, options);
        opened += 1;
        if (opened === 1) return file;
        const reader = file.stream.getReader();
        let came = 0;
        return {
          ...file,
          stream: new ReadableStream<Uint8Array<ArrayBuffer>>({
            async pull(controller) {
              if (came > 0) {
                stalls();
                await stall;
              }
              const part = await reader.read();
              if (part.done) return controller.close();
              came += part.value.length;
              controller.enqueue(part.value);
            },
          }),
        };
      },
    });
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] });
    const reports: number[] = [];
    const controller = new AbortController();
    const reading = weights.read({
      names: new Set(NAMES),
      onTensor: () => undefined,
      onProgress: (done) => reports.push(done),
      signal: controller.signal,
    });
    reading.catch(() => undefined);
    await stalled;
    // What came before has been dealt with by then.
    await new Promise((resolve) => setImmediate(resolve));
    return { bytes: bytes.length, half, goOn, reports, reading, cancel: () => controller.abort() };
  }

  it("report what came before, once", async () => {
    const { bytes, half, goOn, reports, reading } = await halfway();
    expect(reports).toEqual([]);
    vi.advanceTimersByTime(1000);
    expect(reports).toEqual([half]);
    goOn();
    await reading;
    expect(reports.at(-1)).toBe(bytes);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("report nothing once they are cancelled", async () => {
    const { reports, reading, cancel } = await halfway();
    cancel();
    await expect(reading).rejects.toMatchObject({ code: "cancelled" });
    vi.advanceTimersByTime(1000);
    expect(reports).toEqual([]);
  });
});

describe("weights", () => {
  it("stop when they are cancelled or a tensor is not taken, and let go of the stream", async () => {
    const bytes = writeSafetensors(TENSORS);
    let cancelled = 0;
    const folder = chunked(bytes, 16);
    const weights = await openWeights({
      ...folder,
      async open(path, options) {
        const { size, stream } = await folder.open(path, options);
        const reader = stream.getReader();
        return {
          size,
          stream: new ReadableStream({
            async pull(controller) {
              const part = await reader.read();
              if (part.done) controller.close();
              else controller.enqueue(part.value);
            },
            cancel() {
              cancelled += 1;
            },
          }),
        };
      },
    });
    const controller = new AbortController();
    const seen: string[] = [];
    const reading = weights.read({
      names: new Set(NAMES),
      signal: controller.signal,
      onTensor: ({ name }) => {
        seen.push(name);
        controller.abort();
      },
    });
    await expect(reading).rejects.toMatchObject({ code: "cancelled" });
    expect([seen, cancelled]).toEqual([["model.embedding"], 1]);
    const refused = weights.read({
      names: new Set(NAMES),
      onTensor: async () => Promise.reject(new Error("no room")),
    });
    await expect(refused).rejects.toThrow("no room");
    expect(cancelled).toBe(2);
  });

  it("answer a cancel while a stream that does not listen keeps them waiting", async () => {
    const folder = chunked(writeSafetensors(TENSORS), 16);
    let opened = 0;
    let cancelled = 0;
    const controller = new AbortController();
    const waitForEver = () => {
      setImmediate(() => controller.abort());
      return new Promise<void>(() => {});
    };
    const weights = await openWeights({
      ...folder,
      async open(path, options) {
        opened += 1;
        if (opened === 1) return folder.open(path, options);
        const cancel = () => {
          cancelled += 1;
        };
        return { size: null, stream: new ReadableStream({ pull: waitForEver, cancel }) };
      },
    });
    const reading = weights.read({ names: new Set(), onTensor: () => undefined, signal: controller.signal });
    await expect(reading).rejects.toMatchObject({ code: "cancelled" });
    expect(cancelled).toBe(1);
  });
});
