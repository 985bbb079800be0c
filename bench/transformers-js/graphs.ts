/**
 * The three graphs of a SmolVLM as the hub's ONNX exports have them, from the project's own graphs: a vision encoder with
 * the connector, the embedding, and a decoder with fused attention and KV cache. Masks are left out: exports know none.
 */
import { type Graph, GraphBuilder, type Node, type Value } from "../../src/graph/graph.ts";
import { linear } from "../../src/graph/operations/linear.ts";
import { rmsNorm } from "../../src/graph/operations/normalise.ts";
import type { TextDefinition, VisionDefinition } from "../../src/models/architectures/definition.ts";
import type { VisionConfig } from "../../src/models/architectures/idefics3/config.ts";
import type { DecoderConfig } from "../../src/models/architectures/shared/decoder/config.ts";
import { emitGenerationLayers } from "../../src/models/architectures/shared/decoder/generation.ts";

/** Weights by the name of their graph input. */
export type WeightData = ReadonlyMap<string, { readonly data: Float32Array; readonly dims: readonly number[] }>;

/** Masks of a layer's graph, and of a graph of all layers; the decoder's own `attention_mask` is none. */
const LAYER_MASK = /^(attention|mlp)_mask$/;
const NUMBERED_MASK = /^(attention|mlp)_mask\.\d+$/;

/** `graph` with other names for its ports and results. */
function renamed(graph: Graph, rename: (name: string) => string): Graph {
  const renameNode = (node: Node) => ({ ...node, inputs: node.inputs.map(rename), outputs: node.outputs.map(rename) });
  return {
    ...graph,
    inputs: graph.inputs.map((port) => ({ ...port, name: rename(port.name) })),
    outputs: graph.outputs.map((port) => ({ ...port, name: rename(port.name) })),
    constants: graph.constants.map((constant) => ({ ...constant, name: rename(constant.name) })),
    nodes: graph.nodes.map(renameNode),
  };
}

/** `graph` without its products with masks. */
function withoutMasks(graph: Graph, masks: RegExp): Graph {
  const isMask = (name: string) => masks.test(name);
  const replaced = new Map<string, string>();
  for (const { operator, inputs, outputs } of graph.nodes) {
    if (!inputs.some(isMask)) continue;
    const [rest] = inputs.filter((name) => !isMask(name));
    if (operator !== "Mul" || rest === undefined) throw new Error(`${operator} takes a mask; only Mul is left out.`);
    for (const name of outputs) replaced.set(name, rest);
  }
  const resolve = (name: string): string => {
    const other = replaced.get(name);
    return other === undefined ? name : resolve(other);
  };
  return {
    ...graph,
    inputs: graph.inputs.filter(({ name }) => !isMask(name)),
    nodes: graph.nodes
      .filter(({ outputs }) => !outputs.some((name) => replaced.has(name)))
      .map((node) => ({ ...node, inputs: node.inputs.map(resolve) })),
  };
}

/** `graph` with constants for those of its inputs that `weights` has. */
export function withWeights(graph: Graph, weights: WeightData): Graph {
  return {
    ...graph,
    inputs: graph.inputs.filter(({ name }) => !weights.has(name)),
    constants: [
      ...graph.constants,
      ...graph.inputs.flatMap(({ name }) => {
        const weight = weights.get(name);
        return weight ? [{ name, ...weight }] : [];
      }),
    ],
  };
}

/** Graphs one after another: each takes the last one's only output as `hidden`. */
function chain(name: string, graphs: readonly Graph[], last: string): Graph {
  const [first] = graphs;
  if (!first) throw new Error("There is nothing to chain.");
  const output = graphs.at(-1)?.outputs[0];
  if (!output) throw new Error("The last graph has no output.");
  return {
    name,
    inputs: graphs.flatMap((graph, index) => graph.inputs.filter((port) => index === 0 || port.name !== "hidden")),
    outputs: [{ ...output, name: last }],
    constants: graphs.flatMap(({ constants }) => constants),
    nodes: graphs.flatMap(({ nodes }) => nodes),
  };
}

/**
 * `pixel_values` [1, 1, 3, size, size] and `pixel_attention_mask` → `image_features` [1, tokens, width], for one frame.
 * Weights: those outside the layers by their name, those of layer l with `.l` behind.
 */
export function visionEncoder(
  vision: VisionDefinition,
  { channels, patchSize }: Pick<VisionConfig, "channels" | "patchSize">,
): Graph {
  const { imageSize } = vision;
  const { patches, tokens } = vision.largestFrame;
  const side = imageSize / patchSize;
  const builder = new GraphBuilder("cut patches");
  const pixels = builder.input("pixel_values", [1, 1, channels, imageSize, imageSize]);
  const shaped = (value: Value, dims: readonly number[]) =>
    builder.emit("Reshape", [value, builder.constant(BigInt64Array.from(dims, BigInt), [dims.length])], dims);
  const cells = shaped(pixels, [channels, side, patchSize, side, patchSize]);
  const moved = builder.emit("Transpose", [cells], [side, side, channels, patchSize, patchSize], {
    attributes: { perm: [1, 3, 0, 2, 4] },
  });
  builder.output("patches", shaped(moved, [patches, channels * patchSize ** 2]));
  const mask = { name: "pixel_attention_mask", shape: [1, 1, imageSize, imageSize], type: "bool" as const };

  const layer = (graph: Graph, index: number) =>
    renamed(withoutMasks(graph, LAYER_MASK), (name) => {
      if (name === "hidden") return `hidden_${index}`;
      if (name === "hidden_out") return `hidden_${index + 1}`;
      return graph.inputs.some((port) => port.name === name) ? `${name}.${index}` : `layer_${index}/${name}`;
    });
  const ends = (graph: Graph, hidden: string, output: string) => {
    const ports = new Set(graph.inputs.map(({ name }) => name));
    return renamed(graph, (name) => {
      if (name === "hidden") return hidden;
      if (name === graph.outputs[0]?.name) return output;
      return ports.has(name) ? name : `${graph.name}/${name}`;
    });
  };
  const graphs = [
    builder.build(),
    ends(vision.embed({ batch: 1 }), "hidden", "hidden_0"),
    ...vision.layers.map(({ shape }, index) => layer(vision.forward({ ...shape, batch: 1 }), index)),
    ends(vision.connector({ batch: 1 }), `hidden_${vision.layers.length}`, "features_flat"),
  ];
  const inner = new Set(graphs.flatMap(({ nodes }) => nodes.flatMap(({ outputs }) => outputs)));
  const chained = chain("vision_encoder", graphs, "image_features");
  const shape = BigInt64Array.of(1n, BigInt(tokens), BigInt(vision.textWidth));
  return {
    ...chained,
    inputs: [...chained.inputs.filter(({ name }) => !inner.has(name)), mask],
    outputs: [{ name: "image_features", shape: [1, tokens, vision.textWidth], type: "float32" }],
    constants: [...chained.constants, { name: "features_shape", dims: [3], data: shape }],
    nodes: [
      ...chained.nodes,
      {
        operator: "Reshape",
        domain: "",
        inputs: ["features_flat", "features_shape"],
        outputs: ["image_features"],
        attributes: {},
      },
    ],
  };
}

/** transformers.js makes an empty cache from the shapes of the ports, in which it knows this name. */
const BATCH = "batch_size";

/** `input_ids` int64 [B, T] → `inputs_embeds` [B, T, width]; weight `embedding`. */
export function embedTokens({ vocabularySize, width }: TextDefinition): Graph {
  const builder = new GraphBuilder("embed_tokens");
  const ids = builder.input("input_ids", ["B", "T"], "int64");
  const table = builder.input("embedding", [vocabularySize, width]);
  builder.output("inputs_embeds", builder.emit("Gather", [table, ids], ["B", "T", width], { attributes: { axis: 0 } }));
  return builder.build();
}

/**
 * The decoder with the ports of the hub's export. Weights: `norm`, `head`, `rope_cosine`, `rope_sine`, those of layer l
 * with `.l` behind.
 */
export function decoder(config: DecoderConfig, text: TextDefinition): Graph {
  const { hiddenSize: width, vocabularySize } = config;
  const builder = new GraphBuilder("decoder_model_merged");
  const embeds = builder.input("inputs_embeds", [BATCH, "T", width]);
  const mask = builder.input("attention_mask", [BATCH, "S"], "int64");
  const integer = (to: number, value: Value, type: "int32" | "int64") =>
    builder.emit("Cast", [value], value.shape, { type, attributes: { to } });
  const one = builder.constant(BigInt64Array.of(1n), [1]);
  const real = builder.emit("ReduceSum", [mask, one], [BATCH], { type: "int64", attributes: { keepdims: 0 } });
  const lastSlots = integer(6, builder.emit("Sub", [real, one], [BATCH], { type: "int64" }), "int32");
  const maskShape = builder.emit("Shape", [mask], [2], { type: "int64" });
  const slots = integer(
    6,
    builder.emit("Gather", [maskShape, one], [1], { type: "int64", attributes: { axis: 0 } }),
    "int32",
  );
  const shape = builder.emit("Shape", [embeds], [3], { type: "int64" });
  const leading = builder.emit(
    "Slice",
    [shape, builder.constant(BigInt64Array.of(0n), [1]), builder.constant(BigInt64Array.of(2n), [1])],
    [2],
    { type: "int64" },
  );
  const rest = builder.constant(BigInt64Array.of(-1n), [1]);
  const sequence = builder.emit("Concat", [leading, rest], [3], { type: "int64", attributes: { axis: 0 } });
  const split = (x: Value, columns: number) => builder.emit("Reshape", [x, sequence], [BATCH, "T", columns]);
  const flat = builder.constant(BigInt64Array.of(-1n, BigInt(width)), [2]);
  const hidden = builder.emit("Reshape", [embeds, flat], ["rows", width]);
  const sequences = { batch: BATCH, tokens: "T", rows: "rows", split, lastSlots, slots };
  const last = emitGenerationLayers({ builder, config, options: {}, sequences, layers: text.layers }, hidden);
  const norm = builder.input("norm", [width]);
  const head = builder.input("head", [vocabularySize, width]);
  const logits = split(linear(builder, rmsNorm(builder, last, norm, config.normEpsilon), head), vocabularySize);
  builder.output("logits", logits);
  const graph = builder.build();
  // The attention counts positions itself; the export has the port all the same.
  const positions = { name: "position_ids", shape: [BATCH, "T"], type: "int64" as const };
  const ported = { ...graph, inputs: [...graph.inputs, positions] };
  return renamed(withoutMasks(ported, NUMBERED_MASK), (name) => {
    const [, past, kind, layer] = /^(past_)?(key|value)(?:_out)?\.(\d+)$/.exec(name) ?? [];
    // A weight of a layer is called key.l and value.l as well; only ports of the cache are renamed.
    if (past) return `past_key_values.${layer}.${kind}`;
    return name.includes("_out.") ? `present.${layer}.${kind}` : name;
  });
}
