import { describe, expect, it, vi } from "vitest";
import { createWebGpuBackendOn } from "../browser.ts";
import { requestDevice } from "./device.ts";
import { watchedBuffers } from "./watched-buffers.ts";

const LARGE = { size: 2 ** 20, usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST, label: "tensor [262144]" };

describe("buffers that the GPU has no memory for", () => {
  it("are told once, named, and not mistaken for later ones", async () => {
    const device = await requestDevice({ largestBuffer: 0 });
    const buffers = watchedBuffers(device);
    buffers.create(LARGE);
    await buffers.check();
    // A software GPU takes memory from the machine as long as there is any; its answer is made up here.
    vi.spyOn(device, "popErrorScope").mockResolvedValueOnce(new GPUOutOfMemoryError("none left"));
    buffers.create(LARGE);
    buffers.create(LARGE);
    await expect(buffers.check()).rejects.toMatchObject({
      code: "out-of-memory",
      message: "The GPU has no memory for the tensor [262144] of 1048576 bytes.",
    });
    await buffers.check();
    device.destroy();
  });

  it("fail who made them, not who waits already", async () => {
    const device = await requestDevice({ largestBuffer: 0 });
    const buffers = watchedBuffers(device);
    buffers.create(LARGE);
    const before = buffers.check();
    vi.spyOn(device, "popErrorScope").mockResolvedValueOnce(new GPUOutOfMemoryError("none left"));
    buffers.create(LARGE);
    await before;
    await expect(buffers.check()).rejects.toMatchObject({ code: "out-of-memory" });
    device.destroy();
  });

  it("fail what waits for the backend", async () => {
    const device = await requestDevice({ largestBuffer: 0 });
    const backend = await createWebGpuBackendOn(device);
    vi.spyOn(device, "popErrorScope").mockResolvedValueOnce(new GPUOutOfMemoryError("none left"));
    backend.upload(new Float32Array(2 ** 18), [2 ** 18]);
    await expect(backend.settle()).rejects.toMatchObject({ code: "out-of-memory" });
    await backend.settle();
    await backend.dispose();
  });
});
