/** The fused scoring kernel against composed operators (`scoring-layer.ts`) in the browser: time and GPU bytes. */
import { createWebGpuBackendOn } from "../src/runtime/browser.ts";
import { requestDevice } from "../src/runtime/webgpu/device.ts";
import { createScoringLayer, SMOLVLM_256M } from "./scoring-layer.ts";
import { median } from "./statistics.ts";

/** @param rows tokens of one calibration batch. */
export async function benchScoring(rows: number, repeats: number) {
  const device = await requestDevice({ largestBuffer: 0 });
  let allocated = 0;
  const createBuffer = device.createBuffer.bind(device);
  device.createBuffer = (descriptor) => {
    allocated += descriptor.size;
    return createBuffer(descriptor);
  };
  const backend = await createWebGpuBackendOn(device);
  const { fused, composed } = await createScoringLayer(backend, SMOLVLM_256M, rows);

  const measure = async (task: () => Promise<void>) => {
    await backend.settle();
    allocated = 0;
    await task();
    await backend.settle();
    const bytes = allocated;
    const times: number[] = [];
    for (let repeat = 0; repeat < repeats; repeat++) {
      const start = performance.now();
      await task();
      await backend.settle();
      times.push(performance.now() - start);
    }
    return { milliseconds: median(times), bytesAllocated: bytes };
  };
  const fusedResult = await measure(fused);
  const composedResult = await measure(composed);
  await backend.dispose();
  return {
    layer: "SmolVLM-256M decoder layer, query, output, gate, up, down",
    rows,
    fused: fusedResult,
    composed: composedResult,
    timeRatio: composedResult.milliseconds / fusedResult.milliseconds,
    bytesRatio: composedResult.bytesAllocated / fusedResult.bytesAllocated,
  };
}
