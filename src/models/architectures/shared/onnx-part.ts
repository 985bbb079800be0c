/** What an architecture says of itself for exports in the layout of the hub's ONNX folders. */
import type { JsonObject } from "../../../core/json/schemas.ts";
import type { Graph } from "../../../graph/graph.ts";
import type { Precision } from "../../../graph/precision.ts";
import type { ModelDefinition, WeightSlot } from "../definition.ts";

/** One ONNX file of a model, before its weights are in it. */
export interface OnnxPart {
  /** Of the file, without folder, suffix and ending. */
  readonly name: string;
  /** Weights are inputs; the port's type says in which number format. */
  readonly graph: Graph;
  /** What of the checkpoint each weight is, by the name of its graph input. */
  readonly weights: ReadonlyMap<string, WeightSlot>;
}

/** The checkpoint's settings, by file; null where there is none. */
export interface OnnxSettings {
  /** config.json */
  readonly config: JsonObject;
  /** preprocessor_config.json */
  readonly preprocessor: JsonObject | null;
  /** processor_config.json */
  readonly processor: JsonObject | null;
}

export interface OnnxLayout<Config> {
  /** The files that transformers.js, and whoever runs the hub's ONNX exports, loads. */
  parts(config: Config, definition: ModelDefinition, precision: Precision): readonly OnnxPart[];
  /** `found` with the fields that transformers.js looks for, and that checkpoints may leave out or have elsewhere. */
  settings(config: Config, found: OnnxSettings): OnnxSettings;
}
