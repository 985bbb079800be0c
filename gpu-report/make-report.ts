/** All of a report, on a GPU that is there. */
import { openHeadlessSession } from "../src/engine/headless-engine.ts";
import type { Precision } from "../src/graph/precision.ts";
import { createHeadlessWebGpuBackend, provideWasm } from "../src/runtime/headless.ts";
import { requestAdapter } from "../src/runtime/webgpu/adapter.ts";
import { requestDevice } from "../src/runtime/webgpu/device.ts";
import { createBudget } from "./budget.ts";
import { compareCalibrations } from "./check-bundled.ts";
import { checkKernels } from "./check-kernels.ts";
import { describeAdapter, describeMachine } from "./describe-adapter.ts";
import { bundledMaterial, type Material } from "./materials.ts";
import { BATCH_SIZE, calibrateOnce, measureModel } from "./measure-model.ts";
import { measureScoring } from "./measure-scoring.ts";
import { createRecorder, type Recorder } from "./recorder.ts";
import { REPORT_VERSION, type Report } from "./schema.ts";

export interface ReportRequest {
  readonly gpu: GPU;
  /** Bytes of onnxruntime-web's WebAssembly. */
  readonly wasm: Uint8Array<ArrayBuffer>;
  readonly program: Report["program"];
  readonly bundled: string;
  /** A larger model to measure behind the bundled one; opened when its turn comes. */
  readonly large: { open(): Promise<Material>; close(): void } | null;
  readonly seconds: number;
  readonly tell: (line: string) => void;
}

/** Measures and checks until all is done or the time is used up, and never fails because the GPU does. */
export async function makeReport({
  gpu,
  wasm,
  program,
  bundled,
  large,
  seconds,
  tell,
}: ReportRequest): Promise<Report> {
  const made = new Date().toISOString();
  const budget = createBudget(seconds);
  const recorder = createRecorder(budget, tell);
  const adapter = await requestAdapter(gpu);
  const home = { gpu, wasm };
  provideWasm(wasm);

  // Each part has a device of its own, so that one that is lost takes nothing else along.
  await alone(recorder, "kernels", async () => {
    const device = await requestDevice({ largestBuffer: 0 }, gpu);
    await checkKernels(device, recorder);
    device.destroy();
  });
  const precisions: Precision[] = adapter.features.has("shader-f16") ? ["float32", "float16"] : ["float32"];
  const material = bundledMaterial(bundled);
  for (const precision of precisions) {
    await alone(recorder, "bundled model", async () => {
      const onGpu = await measureModel(home, material, precision, recorder);
      if (precision !== "float32") return;
      const about = { name: "calibration against the CPU's", model: material.name, precision };
      if (onGpu === null) return recorder.skipCheck(about, "Nothing was calibrated.");
      await recorder.check(about, async () => {
        const session = await openHeadlessSession(home, bundled, { backend: "cpu", precision });
        const { samples } = await material.prepare(session, budget.signal);
        const onCpu = await calibrateOnce(session, samples.slice(0, BATCH_SIZE), recorder).finally(() =>
          session.dispose(),
        );
        return compareCalibrations(onGpu, onCpu);
      });
    });
  }
  await alone(recorder, "scoring", async () => {
    const backend = await createHeadlessWebGpuBackend(gpu, { largestBuffer: 0 });
    await measureScoring(backend, recorder).finally(() => backend.dispose());
  });
  if (large) {
    await alone(recorder, "larger model", async () => {
      if (budget.over()) return recorder.skip({ name: "all", model: "larger model", precision: "float32" });
      tell("opening the larger model");
      try {
        const opened = await large.open();
        // Half precision first: it is what such models are used in.
        for (const precision of precisions.toReversed()) await measureModel(home, opened, precision, recorder);
      } finally {
        large.close();
      }
    });
  }
  if (precisions.length === 1) {
    recorder.skip(
      { name: "all", model: material.name, precision: "float16" },
      "This GPU has no half precision (shader-f16).",
    );
  }
  return {
    version: REPORT_VERSION,
    ...{ made, program, machine: describeMachine(), adapter: describeAdapter(adapter) },
    budget: { seconds, used: budget.used() },
    checks: [...recorder.checks],
    measurements: [...recorder.measurements],
    comparisons: [...recorder.comparisons],
  };
}

/** Runs a part whose failure, outside of what it records itself, is one more failed check and stops nothing. */
async function alone(recorder: Recorder, name: string, part: () => Promise<void>): Promise<void> {
  try {
    await part();
  } catch (error) {
    recorder.fail({ name: `${name} could run`, model: "device", precision: "float32" }, error);
  }
}
