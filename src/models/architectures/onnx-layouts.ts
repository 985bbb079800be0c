/** Each architecture's ONNX files. They stand apart from `registry.ts`, so that only exports load them. */
import { PivotscopeError } from "../../core/errors.ts";
import { onnxLayout as idefics3 } from "./idefics3/onnx-layout.ts";
import type { ModelConfig } from "./registry.ts";
import { textOnlyLayout } from "./shared/decoder/text-only-onnx.ts";
import type { OnnxLayout } from "./shared/onnx-part.ts";

type Name = ModelConfig["architecture"];

const LAYOUTS: { readonly [Own in Name]?: OnnxLayout<Extract<ModelConfig, { architecture: Own }>> } = {
  idefics3,
  llama: textOnlyLayout("llama"),
  qwen2: textOnlyLayout("qwen2"),
  qwen3: textOnlyLayout("qwen3"),
  "gemma3-text": textOnlyLayout("gemma3_text"),
};

/**
 * How the model that `config` describes is written as ONNX files.
 *
 * @throws PivotscopeError `unsupported` for an architecture that has no such files here.
 */
export function onnxLayoutOf(config: ModelConfig): OnnxLayout<ModelConfig> {
  const found = LAYOUTS[config.architecture];
  // Every config comes from the architecture that it names, so that this one takes it.
  if (found) return found as unknown as OnnxLayout<ModelConfig>;
  throw new PivotscopeError(
    "unsupported",
    `There is no way here to write ${config.architecture} as ONNX files; there is one for ${Object.keys(LAYOUTS).join(", ")}.`,
    "Export the plan and apply it with transformers.",
  );
}
