// @module-tag attack
import { describe, expect, test } from "vitest";
import { failure } from "../testing/failure.ts";
import { config, startHubFolder, weightHash, weights } from "../testing/hub-folder.ts";
import { sha256 } from "../testing/sha256.ts";

describe("a broken connection", () => {
  test("is taken up where it broke", async () => {
    const { hub, open, clock, downloads } = await startHubFolder();
    hub.fault("model.safetensors", { kind: "cut", after: 400_000, times: 1 });
    hub.fault("model.safetensors", { kind: "cut", after: 300_000, times: 1 });
    expect(sha256(await open().readBytes("model.safetensors"))).toBe(weightHash);
    const starts = downloads("model.safetensors").map(({ range }) => Number(range?.match(/\d+/)?.[0]));
    expect(starts[0]).toBe(0);
    expect(starts.length).toBe(3);
    // A socket may lose what was under way when it broke, so less than what was sent may have come.
    expect(starts[1]).toBeGreaterThan(0);
    expect(starts[1]).toBeLessThanOrEqual(400_000);
    expect(starts[2]).toBeGreaterThan(Number(starts[1]));
    expect(clock.waits).toEqual([1000, 2000]);
  });

  test("that stays broken ends with an error; what came is kept, and the next load goes on from there", async () => {
    const { hub, open, clock, downloads } = await startHubFolder();
    hub.fault("model.safetensors", { kind: "cut", after: 100_000 });
    const error = await failure(open().readBytes("model.safetensors"));
    expect(error.code).toBe("network");
    expect(error.message).toContain("model.safetensors: the connection broke");
    expect(error.hint).toContain('"Resume" goes on from there');
    expect(error.resumable).toBe(true);
    expect(clock.waits).toEqual([1000, 2000, 4000, 8000, 16_000]);
    const kept = (await open().entry("model.safetensors"))?.cachedBytes ?? 0;
    expect(kept).toBeGreaterThan(0);
    hub.clearFaults();
    hub.forgetRequests();
    expect(sha256(await open().readBytes("model.safetensors"))).toBe(weightHash);
    expect(downloads("model.safetensors").map(({ range }) => range)).toEqual([`bytes=${kept}-${weights.length - 1}`]);
  });

  test("counts anew once enough has come", async () => {
    const { hub, open, clock } = await startHubFolder();
    hub.fault("model.safetensors", { kind: "status", status: 500, times: 4 });
    hub.fault("model.safetensors", { kind: "cut", after: 1_300_000, times: 1 });
    expect(sha256(await open().readBytes("model.safetensors"))).toBe(weightHash);
    expect(clock.waits).toEqual([1000, 2000, 4000, 8000, 1000]);
  });

  test.each(["api:info", "api:tree"])("is tried again in an answer to %s", async (place) => {
    const { hub, open, clock } = await startHubFolder();
    hub.fault(place, { kind: "cut", after: 20, times: 2 });
    expect(await open().readText("config.json")).toBe(config);
    expect(clock.waits).toEqual([500, 1500]);
  });

  test.each(["api:info", "api:tree"])("is named when answers to %s keep breaking off", async (place) => {
    const { hub, open, clock } = await startHubFolder();
    hub.fault(place, { kind: "cut", after: 20 });
    const error = await failure(open().readText("config.json"));
    expect(error).toMatchObject({ code: "network", message: expect.stringContaining("connection to localhost") });
    expect(clock.waits).toEqual([500, 1500]);
  });

  test("is taken up too when the server ignores ranges", async () => {
    const { hub, open } = await startHubFolder();
    hub.fault("model.safetensors", { kind: "cut", after: 200_000, times: 1 });
    hub.fault("model.safetensors", { kind: "ignore-range" });
    expect(sha256(await open().readBytes("model.safetensors"))).toBe(weightHash);
    const part = await open().open("config.json", { from: 2, to: 7 });
    expect(await new Response(part.stream).text()).toBe(config.slice(2, 7));
  });
});

describe("a busy server", () => {
  test("is asked again after the time that it asks for, or after growing waits", async () => {
    const { hub, open, clock } = await startHubFolder();
    hub.fault("config.json", { kind: "status", status: 429, retryAfter: "7", times: 1 });
    hub.fault("config.json", { kind: "status", status: 500, times: 2 });
    expect(await open().readText("config.json")).toBe(config);
    expect(clock.waits).toEqual([7000, 2000, 4000]);
  });

  test.each([
    ["61", "in 65 s"],
    ["3600", "in 60 min"],
    ["20000", "in 5 h 35 min"],
    ["99999999", "later"],
    ["9".repeat(400), "later"],
  ])("that asks for more patience than anybody has (%s s) is given up at once", async (retryAfter, when) => {
    const { hub, open, clock } = await startHubFolder();
    hub.fault("config.json", { kind: "status", status: 429, retryAfter });
    const error = await failure(open().readText("config.json"));
    expect(error.code).toBe("network");
    expect(error.message).toContain("429");
    expect(error.hint).toBe(`Try again ${when}.`);
    expect(clock.waits).toEqual([]);
  });

  test.each([
    ["0", "in a moment"],
    ["Thu, 01 Jan 1970 00:00:00 GMT", "in a moment"],
    ["soon", "in a few minutes"],
  ])("that says %s is asked again before anybody is told", async (retryAfter, when) => {
    const { hub, open, clock } = await startHubFolder();
    hub.fault("api:tree", { kind: "status", status: 503, retryAfter });
    const error = await failure(open().readText("config.json"));
    expect(error.hint).toBe(`Try again ${when}.`);
    expect(clock.waits).toEqual([500, 1500]);
  });

  test("that stays busy is given up", async () => {
    const { hub, open, clock } = await startHubFolder();
    hub.fault("api:tree", { kind: "status", status: 500 });
    const error = await failure(open().readText("config.json"));
    expect(error).toMatchObject({ code: "network", message: expect.stringContaining("status 500") });
    expect(clock.waits).toEqual([500, 1500]);
  });
});

describe("a cancelled read", () => {
  test("stops the download, keeps what came and lets the next one go on", async () => {
    const { hub, open } = await startHubFolder();
    const gate = hub.hold("model.safetensors");
    gate.allow(200_000);
    const cancel = new AbortController();
    const onProgress = (done: number) => {
      if (done >= 100_000) cancel.abort();
    };
    const error = await failure(open().readBytes("model.safetensors", onProgress, cancel.signal));
    expect(error.code).toBe("cancelled");
    const kept = (await open().entry("model.safetensors"))?.cachedBytes ?? 0;
    expect(kept).toBeGreaterThanOrEqual(100_000);
    gate.open();
    expect(sha256(await open().readBytes("model.safetensors"))).toBe(weightHash);
  });

  test("ends at once while the server sends nothing", async () => {
    const { hub, open } = await startHubFolder();
    const gate = hub.hold("model.safetensors");
    gate.allow(1000);
    const { stream } = await open().open("model.safetensors");
    const reader = stream.getReader();
    await reader.read();
    const pending = reader.read();
    await reader.cancel();
    expect((await pending).done).toBe(true);
    // The file is free again: another read may append to it.
    gate.open();
    expect(sha256(await open().readBytes("model.safetensors"))).toBe(weightHash);
    expect(await open().entry("model.safetensors")).toMatchObject({ cachedBytes: weights.length });
  });
});
