/** Each architecture's ONNX files. They stand apart from `registry.ts`, so that only exports load them. */
import { onnxLayout as idefics3 } from "./idefics3/onnx-layout.ts";
import { onnxLayout as llama } from "./llama/onnx-layout.ts";
import type { ModelConfig } from "./registry.ts";
import type { OnnxLayout } from "./shared/onnx-part.ts";

const LAYOUTS = { idefics3, llama } as const;

/** How the model that `config` describes is written as ONNX files. */
export function onnxLayoutOf(config: ModelConfig): OnnxLayout<ModelConfig> {
  // Every config comes from the architecture that it names, so that this one takes it.
  return LAYOUTS[config.architecture] as unknown as OnnxLayout<ModelConfig>;
}
