/**
 * The decoder as the ONNX file that other programs load: ports named as the hub's exports name them, cache included, any
 * batch and length. Weights are inputs of the graph, those of layer l with `.l` behind their names.
 */
import { invariant } from "../../../../core/errors.ts";
import { withoutFactors, withSymbols } from "../../../../graph/compose.ts";
import { ABSENT, DATA_TYPES, type Graph, GraphBuilder, type Value } from "../../../../graph/graph.ts";
import { linear } from "../../../../graph/operations/linear.ts";
import { rmsNorm } from "../../../../graph/operations/normalise.ts";
import { cast } from "../../../../graph/operations/structure.ts";
import type { Precision } from "../../../../graph/precision.ts";
import { ropePort, type TextDefinition, type WeightSlot } from "../../definition.ts";
import type { OnnxPart } from "../onnx-part.ts";
import { ANY_SEQUENCE, halfRotaryTables } from "../rope.ts";
import type { DecoderConfig } from "./config.ts";
import { FUSED_HEAD_STEP } from "./fused-attention.ts";
import { emitGenerationLayers } from "./generation.ts";
import { scoreScale } from "./layer-spec.ts";
import { renameCachePorts } from "./onnx-ports.ts";
import { plainAttention } from "./plain-attention.ts";
import { embedded, embeddingRows } from "./vocabulary.ts";

/** transformers.js makes an empty cache from the shapes of the ports: it knows this name, and takes 0 for any other. */
const BATCH = "batch_size";

export interface DecoderFile {
  /** The file's name. */
  readonly name: string;
  readonly precision: Precision;
  /** Whether it takes `input_ids` and embeds them itself; `inputs_embeds` otherwise. */
  readonly ids: boolean;
}

/** Weights by graph input: those outside the layers, and all layers'. */
function weightsOf(text: TextDefinition, outer: readonly WeightSlot[]): Map<string, WeightSlot> {
  const ofLayers = text.layers.flatMap(({ weights }, layer) =>
    weights.map((slot): [string, WeightSlot] => [`${slot.input}.${layer}`, slot]),
  );
  return new Map([...outer.map((slot): [string, WeightSlot] => [slot.input, slot]), ...ofLayers]);
}

/** `inputs_embeds` [batch, tokens, width] of `input_ids`, in float32. */
function embed(builder: GraphBuilder, config: DecoderConfig, precision: Precision) {
  const { hiddenSize: width, embeddingScale } = config;
  const ids = builder.input("input_ids", [BATCH, "T"], "int64");
  const table = builder.input("embedding", [embeddingRows(config), width], precision);
  const rows = builder.emit("Gather", [table, ids], [BATCH, "T", width], { attributes: { axis: 0 } });
  return { table, embedded: embedded(builder, rows, embeddingScale) };
}

/** `input_ids` int64 [batch, tokens] → `inputs_embeds` [batch, tokens, width]. */
export function onnxEmbedding(config: DecoderConfig, text: TextDefinition, precision: Precision): OnnxPart {
  const builder = new GraphBuilder("embed_tokens");
  builder.output("inputs_embeds", embed(builder, config, precision).embedded);
  const graph = withSymbols(builder.build(), { T: "sequence_length" });
  return { name: "embed_tokens", graph, weights: weightsOf({ ...text, layers: [] }, text.embeddingWeights) };
}

/** The last `num_logits_to_keep` tokens of each sample of `hidden` [batch, tokens, width], all for 0, as rows. */
function lastTokens(builder: GraphBuilder, hidden: Value, width: number) {
  const kept = builder.input("num_logits_to_keep", [], "int64");
  const negative = builder.emit("Neg", [kept], [], { type: "int64" });
  const start = builder.emit("Reshape", [negative, builder.axes([1])], [1], { type: "int64" });
  const end = builder.constant(BigInt64Array.of(2n ** 62n), [1]);
  const rows = builder.emit("Slice", [hidden, start, end, builder.axes([1])], [BATCH, "K", width]);
  const flat = builder.constant(BigInt64Array.of(-1n, BigInt(width)), [2]);
  return builder.emit("Reshape", [rows, flat], ["kept", width]);
}

/** Entries of a shape as a value: `dimension` of `value`, int64 [1]. */
function lengthOf(builder: GraphBuilder, value: Value, dimension: number): Value {
  const shape = builder.emit("Shape", [value], [value.shape.length], { type: "int64" });
  return builder.emit("Gather", [shape, builder.axes([dimension])], [1], { type: "int64", attributes: { axis: 0 } });
}

/** What onnxruntime's attention takes: slot of the last real token of each sample, and slots in all. */
function slotsOf(builder: GraphBuilder, mask: Value) {
  const narrow = (value: Value) =>
    builder.emit("Cast", [value], value.shape, { type: "int32", attributes: { to: DATA_TYPES.int32 } });
  const one = builder.axes([1]);
  const real = builder.emit("ReduceSum", [mask, one], [BATCH], { type: "int64", attributes: { keepdims: 0 } });
  return {
    lastSlots: narrow(builder.emit("Sub", [real, one], [BATCH], { type: "int64" })),
    slots: narrow(lengthOf(builder, mask, 1)),
  };
}

/**
 * Inputs `inputs_embeds` or `input_ids`, `attention_mask` int64 [batch, all tokens], `position_ids` int64 [batch, tokens],
 * `num_logits_to_keep` int64 [] (0 for all) and the cache, `past_key_values.l.key` and `.value` [batch, key/value heads of
 * layer l, past tokens, head size] → `logits` [batch, kept tokens, vocabulary], float32, and `present.l.key` and `.value`.
 *
 * Heads of a size that onnxruntime's fused attention takes go through it; then positions are counted from the mask, and a
 * batch has to be padded on the right. All others are written out.
 */
export function onnxDecoder(
  config: DecoderConfig,
  text: TextDefinition,
  { name, precision, ids }: DecoderFile,
): OnnxPart {
  const { hiddenSize: width, vocabularySize, headSize, tieWordEmbeddings } = config;
  invariant(text.headWeights.length === 2, "The decoder's file takes the head in one part.");
  const counted = Object.values(text.feeds).every(({ positions }) => !positions?.perSample);
  invariant(counted, "The decoder's file counts its positions.");
  const fused = headSize % FUSED_HEAD_STEP === 0;
  const builder = new GraphBuilder(name);
  const { table, embedded: given } = ids
    ? embed(builder, config, precision)
    : { table: null, embedded: builder.input("inputs_embeds", [BATCH, "T", width]) };
  const mask = builder.input("attention_mask", [BATCH, "S"], "int64");

  const leading = builder.emit(
    "Concat",
    [lengthOf(builder, given, 0), lengthOf(builder, given, 1), builder.axes([-1])],
    [3],
    { type: "int64", attributes: { axis: 0 } },
  );
  const split = (rows: Value, columns: number) => builder.emit("Reshape", [rows, leading], [BATCH, "T", columns]);
  const flat = builder.constant(BigInt64Array.of(-1n, BigInt(width)), [2]);
  const hidden = builder.emit("Reshape", [given, flat], ["rows", width]);
  const lengths = { batch: BATCH, tokens: "T", rows: "rows", split };
  const sequences = { ...lengths, ...(fused ? slotsOf(builder, mask) : { lastSlots: ABSENT, slots: ABSENT }) };
  const options = { precision };
  const attend = fused
    ? null
    : plainAttention(builder, { headSize, factor: scoreScale(config), mask, length: lengthOf(builder, given, 1) });
  const last = emitGenerationLayers(
    { builder, config, options, sequences, layers: text.layers, ...(attend ? { attend } : {}) },
    hidden,
  );

  const norm = builder.input("norm", [width]);
  const shared = tieWordEmbeddings ? table : null;
  const head = shared ?? builder.input("head", [vocabularySize, width], precision);
  const kept = rmsNorm(builder, lastTokens(builder, split(last, width), width), norm, config.normEpsilon);
  const logits = cast(builder, linear(builder, cast(builder, kept, precision), head), "float32");
  const keptShape = builder.emit("Concat", [lengthOf(builder, given, 0), builder.axes([-1, vocabularySize])], [3], {
    type: "int64",
    attributes: { axis: 0 },
  });
  builder.output("logits", builder.emit("Reshape", [logits, keptShape], [BATCH, "K", vocabularySize]));

  const slots = [
    ...(ids ? text.embeddingWeights : []),
    ...text.headWeights.filter(({ input }) => !shared || input !== "head"),
  ];
  return { name, graph: finish(builder.build(), text), weights: weightsOf(text, slots) };
}

/** Rotary tables become constants, masks go, ports get the names of the hub's exports. */
function finish(graph: Graph, text: TextDefinition): Graph {
  const dims = [text.maximumTokens, text.headSize / 2];
  const tables = Object.entries(text.feeds).flatMap(([name, { positions }]) => {
    if (!positions) return [];
    const { cosine, sine } = halfRotaryTables(positions.plan, positions.of(ANY_SEQUENCE, 0, text.maximumTokens));
    return [
      { name: ropePort("cosine", name), dims, data: cosine },
      { name: ropePort("sine", name), dims, data: sine },
    ];
  });
  // Fused attention counts positions itself; whoever loads the file feeds them all the same.
  const positions = { name: "position_ids", shape: [BATCH, "T"], type: "int64" as const };
  const missing = graph.inputs.some(({ name }) => name === positions.name) ? [] : [positions];
  const ported = {
    ...graph,
    inputs: [...graph.inputs.filter(({ name }) => tables.every((table) => table.name !== name)), ...missing],
    constants: [...graph.constants, ...tables],
  };
  const bare = withoutFactors(ported, (name) => /^(attention|mlp)_mask\.\d+$/.test(name));
  return withSymbols(renameCachePorts(bare), {
    T: "sequence_length",
    P: "past_sequence_length",
    S: "total_sequence_length",
    K: "kept_sequence_length",
  });
}
