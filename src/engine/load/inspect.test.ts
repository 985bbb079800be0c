import { describe, expect, test } from "vitest";
import { PivotscopeError } from "../../core/errors.ts";
import { formatBytes } from "../../core/format-bytes.ts";
import { createMemoryStore } from "../../models/cache/memory-store.ts";
import { openHubFolder } from "../../models/hub/hub-folder.ts";
import { createNodeFolder } from "../../models/node-folder.ts";
import { createFakeClock } from "../../models/testing/fake-clock.ts";
import { startHubServer } from "../../models/testing/hub-server.ts";
import type { AdapterFacts } from "../../runtime/webgpu/adapter.ts";
import { projectRoot } from "../../testing/shared.ts";
import type { CpuMemory, Device } from "./device.ts";
import { inspectCheckpoint } from "./inspect.ts";

const bundled = `${projectRoot}/public/models/scenes`;
const MIB = 2 ** 20;

function device(gpu: Omit<AdapterFacts, "software"> | null, memory: Partial<CpuMemory> = {}): Device {
  return {
    async probeWebGpu() {
      if (gpu) return { ...gpu, software: null };
      throw new PivotscopeError("no-webgpu", "WebGPU found no graphics adapter.", "Turn on hardware acceleration.");
    },
    cpuMemory: () => ({ heap: 4096 * MIB, device: 8192 * MIB, deviceMayHaveMore: true, ...memory }),
  };
}

const inspect = (device: Device, options: Parameters<typeof inspectCheckpoint>[2] = { backend: "auto" }) =>
  inspectCheckpoint(createNodeFolder(bundled), device, options);

describe("inspecting a checkpoint", () => {
  test("counts what loading reads, and the parameters", async () => {
    const needs = await inspect(device({ largestBuffer: 1024 * MIB, float16: true }));
    expect(needs).toMatchObject({ name: "scenes", architecture: "idefics3", version: "", bytesToFetch: 0 });
    expect(needs.files.map(({ path }) => path)).toContain("model.safetensors");
    expect(needs.files.map(({ path }) => path)).toContain("tokenizer.json");
    expect(needs.files.map(({ path }) => path)).not.toContain("evaluation.json");
    expect(needs.bytesCached).toBe(needs.files.reduce((sum, { bytes }) => sum + bytes, 0));
    const [first] = needs.choices;
    // Matrices in half precision, vectors in single.
    expect(first?.weightBytes).toBeGreaterThan(needs.parameters * 2);
    expect(first?.weightBytes).toBeLessThan(needs.parameters * 2.1);
    expect(needs.choices.find(({ backend }) => backend === "cpu")?.weightBytes).toBe(needs.parameters * 4);
  });

  test("offers half precision on a CPU without a heap of its own where single precision has no room", async () => {
    const cpus = async (memory: Partial<CpuMemory>) => {
      const { choices } = await inspect(device(null, { deviceMayHaveMore: false, ...memory }), { backend: "cpu" });
      return choices.filter(({ backend }) => backend === "cpu").map(({ precision, fits }) => [precision, fits]);
    };
    expect(await cpus({ heap: null })).toEqual([["float32", true]]);
    expect(await cpus({ heap: null, device: 1024 * MIB })).toEqual([
      ["float16", true],
      ["float32", false],
    ]);
    expect(await cpus({ device: 1024 * MIB })).toEqual([["float32", false]]);
  });

  test("puts half precision on the GPU first where the GPU has it", async () => {
    const order = async (...given: Parameters<typeof inspect>) =>
      (await inspect(...given)).choices.map((choice) => `${choice.backend} ${choice.precision} ${choice.fits}`);
    const gpu = { largestBuffer: 1024 * MIB, float16: true };
    expect(await order(device(gpu))).toEqual(["webgpu float16 true", "webgpu float32 true", "cpu float32 true"]);
    const without = await order(device({ ...gpu, float16: false }));
    expect(without).toEqual(["webgpu float32 true", "cpu float32 true", "webgpu float16 false"]);
    expect(await order(device(null))).toEqual(["cpu float32 true", "webgpu float16 false", "webgpu float32 false"]);
    expect((await order(device(gpu), { backend: "cpu" }))[0]).toBe("cpu float32 true");
    expect((await order(device(gpu), { backend: "auto", precision: "float32" }))[0]).toBe("webgpu float32 true");
  });

  test("names both numbers where a limit is too small", async () => {
    const small = await inspect(device({ largestBuffer: 256 * 1024, float16: true }, { heap: 1025 * MIB }));
    const find = (backend: string) => small.choices.find((choice) => choice.backend === backend);
    const gpu = find("webgpu");
    expect(gpu).toMatchObject({ fits: false, bufferLimit: 256 * 1024 });
    expect(gpu?.largestBuffer).toBeGreaterThan(256 * 1024);
    expect(gpu?.reason).toContain(`takes ${formatBytes(gpu?.largestBuffer ?? 0)}`);
    expect(gpu?.reason).toContain("allows 262 kB");
    expect(find("cpu")).toMatchObject({ fits: false, bufferLimit: null });
    expect(find("cpu")?.reason).toContain("ends at 1.07 GB");
    expect(gpu?.reason).not.toContain("CPU");
    const little = await inspect(device(null, { device: 1024 * MIB, deviceMayHaveMore: false }));
    expect(little.choices.every(({ fits }) => !fits)).toBe(true);
    expect(little.choices.find(({ backend }) => backend === "cpu")?.reason).toContain("has about 1 GB");
    expect(little.choices.find(({ backend }) => backend === "webgpu")?.reason).toContain("no graphics adapter");
  });

  test("says with numbers what would fit", async () => {
    const reasonOf = async (largestBuffer: number) =>
      (await inspect(device({ largestBuffer, float16: true }))).choices.find(({ backend }) => backend === "webgpu")
        ?.reason;
    const weights = "its largest has 196,608";
    // Attention of 8 heads takes 4 · 8 · 111² = 394,272 bytes in the text tower; of 4 in the vision tower 4 · 4 · 79² = 99,856.
    expect(await reasonOf(400_000)).toContain(
      `A model with weights of up to 100,000 numbers each (${weights}) and up to 111 tokens of picture, question and ` +
        "reasoning (521 are counted) would fit; this one fits on the CPU.",
    );
    const both = await reasonOf(100_000);
    expect(both).toContain(`up to 25,000 numbers each (${weights}) and up to 55 tokens`);
    expect(both).toContain("and up to 79 patches in a picture (144 here) would fit");
    expect(await reasonOf(5_000_000)).toMatch(/A model with up to 395 tokens [^()]*\(521 are counted\) would fit/);
  });

  test("of a hub's repository asks for small files and headers only", async () => {
    const repository = "owner/scenes";
    const hub = await startHubServer({ models: [{ repository, revisions: { main: bundled } }] });
    try {
      const folder = openHubFolder({ repository, revision: null, hubUrl: hub.url }, createMemoryStore());
      const needs = await inspectCheckpoint(folder, device(null), { backend: "auto" });
      expect(needs.version).toBe(hub.commit(repository));
      const weights = needs.files.find(({ path }) => path === "model.safetensors");
      expect(weights?.cachedBytes).toBeLessThanOrEqual(128 * 1024);
      expect(needs.bytesToFetch).toBe(needs.files.reduce((sum, file) => sum + file.bytes - file.cachedBytes, 0));
      expect(new Set(hub.requests.map(({ place }) => place))).toEqual(
        new Set(["api:info", "api:tree", "config.json", "model.safetensors"]),
      );
      const sent = hub.requests.reduce((sum, request) => sum + request.sent, 0);
      expect(sent).toBeLessThan(200 * 1024);
    } finally {
      await hub.close();
    }
  });

  test("says that a version is taken which may not be the newest", async () => {
    const repository = "owner/scenes";
    const hub = await startHubServer({ models: [{ repository, revisions: { main: bundled } }] });
    const clock = createFakeClock();
    try {
      const store = createMemoryStore();
      const look = () => {
        const folder = openHubFolder({ repository, revision: null, hubUrl: hub.url }, store, { clock });
        return inspectCheckpoint(folder, device(null), { backend: "auto" });
      };
      expect((await look()).note).toBe("");
      hub.fault("api:info", { kind: "status", status: 503 });
      expect((await look()).note).toContain("could not be asked for the newest version");
    } finally {
      await hub.close();
    }
  });

  test("refuses other architectures before weights are looked at", async () => {
    const repository = "owner/other";
    const files = new Map([
      ["config.json", '{"model_type":"gpt2","architectures":["GPT2LMHeadModel"]}'],
      ["model.safetensors", "not a header"],
    ]);
    const hub = await startHubServer({ models: [{ repository, revisions: { main: files } }] });
    try {
      const folder = openHubFolder({ repository, revision: null, hubUrl: hub.url }, createMemoryStore());
      await expect(inspectCheckpoint(folder, device(null), { backend: "auto" })).rejects.toMatchObject({
        code: "unsupported",
        message: expect.stringContaining("gpt2"),
      });
      expect(hub.requests.some(({ place }) => place === "model.safetensors")).toBe(false);
    } finally {
      await hub.close();
    }
  });
});
