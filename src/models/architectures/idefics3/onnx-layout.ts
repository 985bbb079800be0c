/** The three ONNX files of an Idefics3: embedding, vision encoder with the connector, decoder. */
import type { JsonObject } from "../../../core/json/schemas.ts";
import { chained, renamed, withoutFactors } from "../../../graph/compose.ts";
import { type Graph, GraphBuilder, type Value } from "../../../graph/graph.ts";
import type { Precision } from "../../../graph/precision.ts";
import type { VisionDefinition, WeightSlot } from "../definition.ts";
import { onnxDecoder, onnxEmbedding } from "../shared/decoder/onnx-decoder.ts";
import type { VisionConfig } from "../shared/encoder/config.ts";
import type { OnnxLayout, OnnxPart } from "../shared/onnx-part.ts";
import { type Idefics3Config, imageTokensPerFrame } from "./config.ts";

/** Frames of all samples. */
const FRAMES = "N";

/** `pixel_values` [samples, frames, channels, size, size] → `patches` [all patches, numbers of a patch] and `real`. */
function cutGraph({ channels, imageSize, patchSize }: VisionConfig): Graph {
  const builder = new GraphBuilder("cut");
  const side = imageSize / patchSize;
  const pixels = builder.input("pixel_values", ["batch_size", "num_images", channels, imageSize, imageSize]);
  const shaped = (value: Value, dims: readonly (number | string)[]) => {
    const pattern = BigInt64Array.from(dims, (length) => (typeof length === "number" ? BigInt(length) : -1n));
    return builder.emit("Reshape", [value, builder.constant(pattern, [dims.length])], dims);
  };
  // Rows of patches and places in a patch change places in two steps: kernels take five axes well, and not six.
  const rows = shaped(pixels, ["planes", side, patchSize, side, patchSize]);
  const cells = builder.emit("Transpose", [rows], ["planes", side, side, patchSize, patchSize], {
    attributes: { perm: [0, 1, 3, 2, 4] },
  });
  const byChannel = shaped(cells, [FRAMES, channels, side ** 2, patchSize ** 2]);
  const byPatch = builder.emit("Transpose", [byChannel], [FRAMES, side ** 2, channels, patchSize ** 2], {
    attributes: { perm: [0, 2, 1, 3] },
  });
  builder.output("patches", shaped(byPatch, ["rows", channels * patchSize ** 2]));

  // Processors fill up samples of fewer frames with zeros; pictures have no such frames.
  const flat = shaped(pixels, [FRAMES, channels * imageSize ** 2]);
  const sizes = builder.emit("Abs", [flat], flat.shape);
  const largest = builder.emit("ReduceMax", [sizes, builder.axes([1])], [FRAMES], { attributes: { keepdims: 0 } });
  builder.output("real", builder.emit("Greater", [largest, builder.scalar(0)], [FRAMES], { type: "bool" }));
  return builder.build();
}

/** `features_flat` [all rows, width] and `real` → `image_features` [real frames, tokens, width]. */
function pickGraph({ largestFrame: { tokens }, textWidth }: VisionDefinition): Graph {
  const builder = new GraphBuilder("pick");
  const features = builder.input("features_flat", ["rows", textWidth]);
  const real = builder.input("real", [FRAMES], "bool");
  const shape = builder.constant(BigInt64Array.of(-1n, BigInt(tokens), BigInt(textWidth)), [3]);
  const frames = builder.emit("Reshape", [features, shape], [FRAMES, tokens, textWidth]);
  const picked = builder.emit("Compress", [frames, real], ["num_frames", tokens, textWidth], {
    attributes: { axis: 0 },
  });
  builder.output("image_features", picked);
  return builder.build();
}

/** `graph` with what is inside it named after `place`, so that it can stand beside others; `names` are those it shares. */
function placed(graph: Graph, place: string, names: Readonly<Record<string, string>>): Graph {
  const ports = new Set(graph.inputs.map(({ name }) => name));
  return renamed(graph, (name) => names[name] ?? (ports.has(name) ? `${name}.${place}` : `${place}/${name}`));
}

/** `pixel_values`, `pixel_attention_mask` (which full frames do not need) → `image_features`. */
function visionEncoder(config: VisionConfig, vision: VisionDefinition, precision: Precision): OnnxPart {
  const batch = { batch: FRAMES, precision };
  const weights = new Map<string, WeightSlot>();
  const place = (graph: Graph, name: string, slots: readonly WeightSlot[], names: Readonly<Record<string, string>>) => {
    for (const slot of slots) weights.set(`${slot.input}.${name}`, slot);
    return placed(graph, name, names);
  };
  const bare = (graph: Graph) => withoutFactors(graph, (name) => name === "attention_mask" || name === "mlp_mask");
  const { layers, embeddingWeights, connectorWeights } = vision;
  const graph = chained("vision_encoder", [
    placed(cutGraph(config), "cut", { pixel_values: "pixel_values", patches: "patches", real: "real" }),
    place(vision.embed(batch), "embedding", embeddingWeights, { patches: "patches", hidden_out: "hidden_0" }),
    ...layers.map(({ shape, weights: slots }, layer) =>
      place(bare(vision.forward({ ...shape, ...batch })), String(layer), slots, {
        hidden: `hidden_${layer}`,
        hidden_out: `hidden_${layer + 1}`,
      }),
    ),
    place(vision.connector(batch), "connector", connectorWeights, {
      hidden: `hidden_${layers.length}`,
      features: "features_flat",
    }),
    placed(pickGraph(vision), "pick", {
      features_flat: "features_flat",
      real: "real",
      image_features: "image_features",
    }),
  ]);
  const { imageSize } = config;
  const mask = { name: "pixel_attention_mask", shape: ["batch_size", "num_images", imageSize, imageSize] };
  return {
    name: "vision_encoder",
    graph: { ...graph, inputs: [...graph.inputs, { ...mask, type: "bool" }] },
    weights,
  };
}

function objectOf(found: unknown): JsonObject {
  return typeof found === "object" && found !== null && !Array.isArray(found) ? (found as JsonObject) : {};
}

export const onnxLayout: OnnxLayout<Idefics3Config> = {
  parts: (config, { text, vision }, precision) => [
    onnxEmbedding(config.text, text, precision),
    ...(vision ? [visionEncoder(config.vision, vision, precision)] : []),
    onnxDecoder(config.text, text, { name: "decoder_model_merged", precision, ids: false }),
  ],
  settings: (config, { config: found, preprocessor, processor }) => {
    const { image_processor: nested, ...ofProcessor } = processor ?? {};
    const images = preprocessor ?? (nested ? objectOf(nested) : null);
    return {
      config: {
        model_type: "idefics3",
        ...found,
        image_token_id: config.imageTokenId,
        text_config: { model_type: "llama", ...objectOf(found.text_config), num_hidden_layers: config.text.layers },
      },
      preprocessor: images && {
        image_processor_type: "Idefics3ImageProcessor",
        processor_class: ofProcessor.processor_class ?? "Idefics3Processor",
        max_image_size: { longest_edge: config.vision.imageSize },
        ...images,
      },
      processor: images && {
        processor_class: "Idefics3Processor",
        ...ofProcessor,
        image_seq_len: imageTokensPerFrame(config),
      },
    };
  },
};
