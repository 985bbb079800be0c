/**
 * Every listed WGSL kernel against its TypeScript twin, on requests drawn from its descriptor. Grids are limited to 10
 * workgroups per dimension, so that some requests take one dimension and others two.
 */
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { createRandom } from "../../core/random.ts";
import { requestTestDevice } from "../../testing/webgpu-buffers.ts";
import { type AnyCall, KERNELS } from "./kernel-set.ts";
import { LATE_KERNELS, lateShaderOf } from "./late.ts";
import type * as list from "./list.ts";
import { expectReferencesResults } from "./testing/compare-kernel.ts";
import { createWebGpuKernels, type WebGpuKernels } from "./webgpu/index.ts";
import { createWebGpuKernel } from "./webgpu/kernel.ts";
import { shaderOf } from "./webgpu/shaders.ts";

// A software GPU may take most of a minute to compile a shader on a busy machine.
vi.setConfig({ testTimeout: 240_000, hookTimeout: 240_000 });

const ALL = [...KERNELS, ...LATE_KERNELS];
const GRID_LIMIT = 10;
let device: GPUDevice;
let set: WebGpuKernels;

beforeAll(async () => {
  device = await requestTestDevice();
  set = await createWebGpuKernels(device, { gridLimit: GRID_LIMIT });
});

afterAll(() => {
  set.destroy();
  device.destroy();
});

it.each(ALL)("$name leaves what its reference leaves", async (kernel) => {
  const call =
    (set.kernels[kernel.name as keyof typeof list] as AnyCall<GPUBuffer> | undefined) ??
    (await createWebGpuKernel(device, kernel, GRID_LIMIT, lateShaderOf(kernel.name))).run;
  await expectReferencesResults(device, kernel, call, createRandom(7));
});

/** A slip in each shader, in each of its ways where it has two: what stands there, and what somebody might have written. */
const SLIPS: readonly (readonly [keyof typeof list | "gatherLines", string, string])[] = [
  ["columnProducts", "lane < LANES;", "lane < LANES - 1u;"],
  ["gatherLines", "row * parameters.columns + u32(line), by_columns", "row * across + u32(line), by_columns"],
  ["gatherLines", "u32(line) * parameters.columns + column,", "row * parameters.columns + column,"],
  ["gatherLines", "(16u * (origin % 2u))", "(16u * (place % 2u))"],
  ["gatherLines", "number_at(first + 1u) << 16u", "number_at(first) << 16u"],
  ["inputStatistics", "total.z - 2.0 * step", "total.z - step"],
  ["lineTerms", "t7 += gradient[g + lower_rows.w] * x;", "t7 += gradient[g + lower_rows.z] * x;"],
  ["lineTerms", "t7 += lower.w * x;", "t7 += lower.z * x;"],
  ["tokenDivergence", "divergence += divergences[entry];", "divergence = divergences[entry];"],
  ["tokenStatistics", "select(0.0, value, classes[row] == TEXT)", "select(0.0, value, classes[row] != VISUAL)"],
  ["tokenStatisticsSummary", "accumulator[scalars + 1u] / rows", "accumulator[scalars + 1u] / text_rows"],
  ["weightGradient", "t7 += gradient[g + lower_rows.w] * x;", "t7 += gradient[g + lower_rows.z] * x;"],
  ["weightGradient", "t7 += lower.w * x;", "t7 += lower.z * x;"],
];

it("knows a slip for every kernel", () => {
  expect([...new Set(SLIPS.map(([name]) => name))]).toEqual(ALL.map(({ name }) => name).sort());
});

it.each(SLIPS)("%s is found wrong where %s became %s", async (name, right, wrong) => {
  const kernel = ALL.find((listed) => listed.name === name);
  if (!kernel) throw new Error(`No kernel is called ${name}.`);
  const text = name === "gatherLines" ? lateShaderOf(name) : shaderOf(name);
  expect(text).toContain(right);
  const slipped = await createWebGpuKernel(device, kernel, GRID_LIMIT, text.replace(right, wrong));
  const call = slipped.run as AnyCall<GPUBuffer>;
  await expect(expectReferencesResults(device, kernel, call, createRandom(7))).rejects.toThrow(/entry \d+: /);
  slipped.destroy();
});
