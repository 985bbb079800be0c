/** What the page is told of memory before anything large is fetched. */
import "../../models/testing/every-architecture.ts";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, vi } from "vitest";
import { parseModelConfig } from "../../models/architectures/registry.ts";
import { describeWithShared } from "../../testing/shared.ts";
import type { Device } from "../load/device.ts";
import { SMALL_CONFIG } from "../testing/small-config.ts";
import { countMemoryNeeds } from "./memory-needs.ts";

const GIBIBYTE = 2 ** 30;

/** A GPU with half precision, of which nothing is told but how large a buffer may be. */
const device: Device = {
  probeWebGpu: async () => ({ largestBuffer: 2 * GIBIBYTE - 4, float16: true, software: null }),
  cpuMemory: () => ({ heap: null, device: 32 * GIBIBYTE, deviceMayHaveMore: false }),
};
const options = { backend: "webgpu", precision: "float16" } as const;

describe("memory of a small model", () => {
  it("is counted for the one size that its pictures have", async () => {
    const needs = await countMemoryNeeds(SMALL_CONFIG, device, options);
    expect(needs).toMatchObject({ backend: "webgpu", precision: "float16", memory: 8 * GIBIBYTE, stated: false });
    expect(needs.pictures).toHaveLength(1);
    const [{ tokens, writing, calibrating, fits } = { tokens: 0, writing: 0, calibrating: 0, fits: false }] =
      needs.pictures;
    expect(tokens).toBeNull();
    expect(fits).toBe(true);
    expect(calibrating).toBeGreaterThan(needs.weights);
    expect(writing).toBeGreaterThan(needs.weights);
    expect(needs.reason).toMatch(
      /^It takes up to [\d.]+ MB, calibration included; 8\.59 GB are assumed of this GPU\.$/,
    );
  });

  it("is held against what the system tells on the CPU", async () => {
    const needs = await countMemoryNeeds(SMALL_CONFIG, device, { backend: "cpu" });
    expect(needs).toMatchObject({ backend: "cpu", precision: "float32", memory: 32 * GIBIBYTE, stated: true });
    expect(needs.reason).toMatch(/; this device has 34\.36 GB\.$/);
  });

  it("stops when it is cancelled", async () => {
    const counted = countMemoryNeeds(SMALL_CONFIG, device, options, AbortSignal.abort());
    await expect(counted).rejects.toMatchObject({ code: "cancelled" });
  });
});

// Several dry runs each: on a machine that others use, minutes.
vi.setConfig({ testTimeout: 240_000 });

describeWithShared("memory of Qwen2-VL-2B", (shared) => {
  const text = readFileSync(join(shared, "checkpoints", "Qwen2-VL-2B-Instruct", "config.json"), "utf8");
  const config = parseModelConfig(text);
  const count = (gpuMemory: number) => countMemoryNeeds(config, device, { ...options, gpuMemory });

  it("names the largest pictures that fit", async () => {
    const { pictures, reason, stated } = await count(8 * GIBIBYTE);
    expect(stated).toBe(true);
    expect(pictures.map(({ tokens, fits }) => [tokens, fits])).toEqual([
      [64, true],
      [128, true],
      [256, true],
      [1024, false],
    ]);
    expect(reason).toMatch(/^It takes up to 5\.\d+ GB with pictures of 256 tokens, .*; this GPU has 8\.59 GB\.$/);
  });

  it("says with both numbers that calibrating does not fit, and writing does", { tags: ["attack"] }, async () => {
    const { pictures, reason } = await count(5.4 * GIBIBYTE);
    expect(pictures.some(({ fits }) => fits)).toBe(false);
    expect(reason).toMatch(/^It takes up to 5\.\d+ GB with pictures of 64 tokens, .* this GPU has 5\.80 GB/);
    expect(reason).toMatch(/Writing alone takes 4\.\d+ GB .* and fits; 6\.\d+ GB hold all\.$/);
  });

  it("says with both numbers that nothing fits, and what would hold it", { tags: ["attack"] }, async () => {
    const { reason } = await count(4 * GIBIBYTE);
    expect(reason).toMatch(/this GPU has 4\.29 GB, of which a fifth is left to others\. 6\.\d+ GB would hold it\.$/);
  });
});
