// @module-tag attack
import { describe, expect, test } from "vitest";
import { createMemoryStore } from "../cache/memory-store.ts";
import { listModels } from "../cache/repository-cache.ts";
import { failure } from "../testing/failure.ts";
import { config, startHubFolder, weightHash, weights } from "../testing/hub-folder.ts";
import { sha256 } from "../testing/sha256.ts";

describe("content that is not what the hub lists", () => {
  test("is refused by its SHA-256 and removed", async () => {
    const { hub, open } = await startHubFolder();
    hub.fault("model.safetensors", { kind: "changed", times: 1 });
    const error = await failure(open().readBytes("model.safetensors"));
    expect(error.code).toBe("network");
    expect(error.message).toContain(weightHash);
    expect(error.message).toContain(sha256(weights.map((byte) => byte ^ 1)));
    const folder = open();
    expect(await folder.entry("model.safetensors")).toMatchObject({ cachedBytes: 0 });
    expect(sha256(await folder.readBytes("model.safetensors"))).toBe(weightHash);
  });

  test("never hands out the last bytes of a wrong file", async () => {
    const { hub, open } = await startHubFolder();
    hub.fault("model.safetensors", { kind: "changed" });
    const { stream } = await open().open("model.safetensors");
    const reader = stream.getReader();
    let came = 0;
    const error = await failure(
      (async () => {
        for (;;) came += (await reader.read()).value?.length ?? 0;
      })(),
    );
    expect(error.message).toContain("SHA-256");
    expect(came).toBeLessThan(weights.length);
  });

  test("is refused by git's name for small files", async () => {
    const { hub, open } = await startHubFolder();
    hub.fault("config.json", { kind: "changed" });
    expect((await failure(open().readText("config.json"))).message).toContain("git blob SHA-1");
  });

  test("is found out when it was kept and then damaged", async () => {
    const { hub, open } = await startHubFolder();
    hub.fault("model.safetensors", { kind: "changed", times: 1 });
    const { stream } = await open().open("model.safetensors", { to: 1000 });
    await new Response(stream).arrayBuffer();
    expect(await open().entry("model.safetensors")).toMatchObject({ cachedBytes: 1000 });
    expect((await failure(open().readBytes("model.safetensors"))).message).toContain("SHA-256");
    expect(sha256(await open().readBytes("model.safetensors"))).toBe(weightHash);
  });

  test.each([1_000_000, 1_600_000])("is refused at once when it has %i bytes", async (bytes) => {
    const { hub, open, clock } = await startHubFolder();
    hub.fault("model.safetensors", { kind: "length", bytes });
    const error = await failure(open().readBytes("model.safetensors"));
    expect(error.code).toBe("network");
    expect(error.message).toContain(bytes.toLocaleString("en-US"));
    expect(error.message).toContain(weights.length.toLocaleString("en-US"));
    expect(clock.waits).toEqual([]);
  });
});

describe("a store", () => {
  test("that is full does not stop a load, and the folder says so", async () => {
    const { open } = await startHubFolder({ store: createMemoryStore("", 500_000) });
    const folder = open();
    expect(sha256(await folder.readBytes("model.safetensors"))).toBe(weightHash);
    expect(folder.note).toContain("no room left to keep model.safetensors");
    expect(await folder.readText("config.json")).toBe(config);
  });

  test("that becomes full while a file comes keeps what it has", async () => {
    const memory = createMemoryStore("", 500_000);
    // Says yes to everything at first, as disks do.
    const { open } = await startHubFolder({ store: { ...memory, append: (key) => memory.append(key, 0) } });
    const folder = open();
    expect(sha256(await folder.readBytes("model.safetensors"))).toBe(weightHash);
    expect(folder.note).toContain("no room left");
    const kept = (await folder.entry("model.safetensors"))?.cachedBytes ?? 0;
    expect(kept).toBeGreaterThan(0);
    expect(kept).toBeLessThan(500_000);
    expect(sha256(await open().readBytes("model.safetensors"))).toBe(weightHash);
  });

  test("that another tab writes to leaves the file to it", async () => {
    const { hub, open, store } = await startHubFolder();
    const gate = hub.hold("model.safetensors");
    gate.allow(1000);
    const first = (await open().open("model.safetensors")).stream.getReader();
    await first.read();
    await gate.reached(1000);
    gate.open();
    const other = open();
    expect(sha256(await other.readBytes("model.safetensors"))).toBe(weightHash);
    expect(other.note).toContain("Another tab is fetching model.safetensors");
    for (let part = await first.read(); !part.done; part = await first.read());
    expect(await open().entry("model.safetensors")).toMatchObject({ cachedBytes: weights.length });
    expect((await listModels(store))[0]).toMatchObject({ unfinished: [] });
  });

  test("that fails in every way does not stop a load", async () => {
    const broken = () => Promise.reject(new Error("The disk is on fire."));
    const { open } = await startHubFolder({
      store: {
        ...createMemoryStore(),
        size: broken,
        read: broken,
        append: broken,
        write: broken,
        remove: broken,
        list: broken,
      },
    });
    const folder = open();
    expect(await folder.readText("config.json")).toBe(config);
    expect(sha256(await folder.readBytes("model.safetensors"))).toBe(weightHash);
  });
});
