/** The cpu backend in Node, on onnxruntime-node. */
import * as ort from "onnxruntime-node";
import type { Backend } from "../backend.ts";
import { createCpuBackend } from "./backend.ts";

export function createNodeBackend(): Backend {
  return createCpuBackend(ort, { executionProvider: "cpu" });
}
