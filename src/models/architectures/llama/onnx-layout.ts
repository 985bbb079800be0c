/** The one ONNX file of a Llama. */
import { onnxDecoder } from "../shared/decoder/onnx-decoder.ts";
import type { OnnxLayout } from "../shared/onnx-part.ts";
import type { LlamaConfig } from "./config.ts";

export const onnxLayout: OnnxLayout<LlamaConfig> = {
  parts: (config, { text }, precision) => [onnxDecoder(config.text, text, { name: "model", precision, ids: true })],
  settings: ({ text }, found) => ({
    ...found,
    config: { model_type: "llama", ...found.config, num_hidden_layers: text.layers },
  }),
};
