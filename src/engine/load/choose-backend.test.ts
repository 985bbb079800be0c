import "../../models/testing/every-architecture.ts";
import { describe, expect, it } from "vitest";
import { PivotscopeError } from "../../core/errors.ts";
import { parseModelConfig } from "../../models/architectures/registry.ts";
import { createNodeFolder } from "../../models/node-folder.ts";
import type { Backend } from "../../runtime/backend.ts";
import { createNodeBackend } from "../../runtime/cpu/node.ts";
import type { AdapterFacts } from "../../runtime/webgpu/adapter.ts";
import { projectRoot } from "../../testing/shared.ts";
import type { LoadOptions } from "../contract.ts";
import { chooseBackend } from "./choose-backend.ts";
import type { CpuMemory } from "./device.ts";
import { runChoices } from "./run-choices.ts";

const config = parseModelConfig(await createNodeFolder(`${projectRoot}/public/models/scenes`).readText("config.json"));
const GIBIBYTE = 2 ** 30;
const ROOM: CpuMemory = { heap: 4 * GIBIBYTE, device: 8 * GIBIBYTE, deviceMayHaveMore: true };
const hardware: AdapterFacts = { largestBuffer: GIBIBYTE, float16: true, software: null };
const llvmpipe: AdapterFacts = { ...hardware, software: "llvmpipe" };
const swiftShader: AdapterFacts = { ...hardware, float16: false, software: "SwiftShader" };

/** What a device with this adapter (or this reason for none) leads to: at load, and first of the ways that people are shown. */
async function choose(adapter: AdapterFacts | PivotscopeError, options: LoadOptions, memory = ROOM) {
  const made: Backend["kind"][] = [];
  const backend = createNodeBackend();
  const device = {
    async probeWebGpu() {
      if (adapter instanceof PivotscopeError) throw adapter;
      return adapter;
    },
    cpuMemory: () => memory,
  };
  const createBackend = async (kind: Backend["kind"]) => {
    made.push(kind);
    if (kind === "webgpu" && adapter instanceof PivotscopeError) throw adapter;
    return backend;
  };
  const { note, webGpuInSoftware } = await chooseBackend({ device, createBackend }, config, options, 0);
  const [first] = await runChoices(config, device, options);
  await backend.dispose();
  return { taken: made.at(-1), note, webGpuInSoftware, shown: first && `${first.backend} ${first.precision}` };
}

describe("the backend that a model is loaded on", () => {
  it("is WebGPU on graphics hardware, without a word", async () => {
    const chosen = await choose(hardware, { backend: "auto" });
    expect(chosen).toEqual({ taken: "webgpu", note: "", webGpuInSoftware: false, shown: "webgpu float16" });
  });

  it.each([llvmpipe, swiftShader])("is the CPU where WebGPU runs in software, and says so: %o", async (adapter) => {
    const chosen = await choose(adapter, { backend: "auto" });
    expect(chosen).toMatchObject({ taken: "cpu", webGpuInSoftware: true, shown: "cpu float32" });
    expect(chosen.note).toBe(`WebGPU runs in software here (${adapter.software}), which is slower.`);
  });

  it("is WebGPU in software where that is asked for, alone or with half precision", async () => {
    const asked = { note: "", webGpuInSoftware: false, taken: "webgpu" };
    expect(await choose(llvmpipe, { backend: "webgpu" })).toEqual({ ...asked, shown: "webgpu float16" });
    expect(await choose(swiftShader, { backend: "webgpu" })).toEqual({ ...asked, shown: "webgpu float32" });
    const half = { backend: "auto", precision: "float16" } as const;
    expect(await choose(llvmpipe, half)).toEqual({ ...asked, shown: "webgpu float16" });
    expect(await choose(swiftShader, half)).toMatchObject({ taken: "cpu", shown: "cpu float32" });
  });

  it("is WebGPU in software where the CPU's memory cannot hold the model", async () => {
    const little = { heap: GIBIBYTE / 2, device: null, deviceMayHaveMore: false };
    const chosen = await choose(swiftShader, { backend: "auto" }, little);
    expect(chosen).toEqual({ taken: "webgpu", note: "", webGpuInSoftware: false, shown: "webgpu float32" });
  });

  it("is the CPU without an adapter, with the reason; asked for, that is an error", async () => {
    const none = new PivotscopeError(
      "no-webgpu",
      "WebGPU found no graphics adapter.",
      "Turn on hardware acceleration.",
    );
    expect(await choose(none, { backend: "auto" })).toEqual({
      taken: "cpu",
      note: "WebGPU found no graphics adapter. Turn on hardware acceleration.",
      webGpuInSoftware: false,
      shown: "cpu float32",
    });
    await expect(choose(none, { backend: "webgpu" })).rejects.toBe(none);
    expect(await choose(none, { backend: "cpu" })).toMatchObject({ taken: "cpu", note: "" });
    const lost = new PivotscopeError("device-lost", "Gone.");
    await expect(choose(lost, { backend: "auto" })).rejects.toBe(lost);
  });
});
