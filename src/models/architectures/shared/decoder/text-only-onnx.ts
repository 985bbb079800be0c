/** The one ONNX file of a model that is a decoder alone. */
import type { OnnxLayout } from "../onnx-part.ts";
import { onnxDecoder } from "./onnx-decoder.ts";
import type { TextOnlyConfig } from "./text-only.ts";

/** @param modelType what transformers.js knows such models by, for files whose config.json does not say. */
export function textOnlyLayout(modelType: string): OnnxLayout<TextOnlyConfig<string>> {
  return {
    parts: (config, { text }, precision) => [onnxDecoder(config.text, text, { name: "model", precision, ids: true })],
    settings: ({ text }, found) => ({
      ...found,
      config: { model_type: modelType, ...found.config, num_hidden_layers: text.layers },
    }),
  };
}
