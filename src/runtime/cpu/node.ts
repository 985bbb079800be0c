/** The cpu backend in Node, on onnxruntime-node, which may be loaded from here only: it reports home unless told not to. */
import "./without-telemetry.ts";
import * as ort from "onnxruntime-node";
import type { Backend } from "../backend.ts";
import { type CpuBackendOptions, createCpuBackend } from "./backend.ts";

/** @param options threads: as many as onnxruntime likes when absent; small models are faster with one. */
export function createNodeBackend(options: Pick<CpuBackendOptions, "threads"> = {}): Backend {
  return createCpuBackend(ort, { ...options, executionProvider: "cpu" });
}
