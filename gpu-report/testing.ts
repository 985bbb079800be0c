/** A report for tests. */
import type { Report } from "./schema.ts";

const value = { median: 10, lowest: 9, highest: 12.5, repeats: 5 };
const about = { model: "bundled model", precision: "float32" } as const;

/** Two checks of which one failed, a measurement, one that was not run, and a comparison. */
export const EXAMPLE: Report = {
  version: 1,
  made: "2026-11-30T10:00:00.000Z",
  program: { version: "0.1.0", webgpu: "Dawn", onnxruntime: "onnxruntime-web" },
  machine: {
    platform: "linux",
    architecture: "x64",
    processor: "A <fast> one",
    cores: 2,
    memoryBytes: 2 ** 34,
    runtime: "Node 20",
  },
  adapter: {
    ...{ name: "Some GPU", vendor: "some", architecture: "new", device: "0x1", description: "Some GPU" },
    software: null,
    subgroups: { minimum: 32, maximum: 32 },
    features: ["shader-f16"],
    limits: { maxBufferSize: 2 ** 30 },
  },
  budget: { seconds: 300, used: 40.5 },
  checks: [
    { ...about, name: "kernel one", status: "passed", detail: "0.1 of what is allowed", seconds: 1 },
    { ...about, name: "kernel two", status: "failed", detail: "3 of what is allowed", seconds: 1 },
  ],
  measurements: [
    { ...about, name: "decode", unit: "tokens/s", status: "done", detail: "41 tokens", value },
    { ...about, name: "calibration", unit: "s/sample", status: "skipped", detail: "No time.", value: null },
  ],
  comparisons: [
    {
      name: "a layer",
      status: "done",
      detail: "",
      unit: "ms",
      fused: value,
      composed: { ...value, median: 25 },
      ratio: 2.5,
    },
  ],
};
