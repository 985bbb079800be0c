/**
 * The whole decoder as one graph for generation, in onnxruntime's fused operators: normalisation with the
 * residual's addition, rotary positions and grouped-query attention with KV cache in one, SiLU. A token costs one run
 * instead of one per layer.
 *
 * It computes what the layers of decoder.ts compute, up to rounding; those are what gets differentiated and looked into.
 */
import { ABSENT, type Graph, GraphBuilder, type Value } from "../../../../graph/graph.ts";
import { add, geluTanh, multiply } from "../../../../graph/operations/elementwise.ts";
import { linear } from "../../../../graph/operations/linear.ts";
import { rmsNorm } from "../../../../graph/operations/normalise.ts";
import { interleaveRows, reshape } from "../../../../graph/operations/structure.ts";
import { times } from "../../../../graph/shape.ts";
import { ALL_LAYERS, type GenerationOptions, type LayerSpec, ropePort } from "../../definition.ts";
import { mixedPrecision, weightType } from "../mixed-precision.ts";
import type { DecoderConfig } from "./config.ts";
import { type Attend, fusedAttention, MICROSOFT, type Sequences } from "./fused-attention.ts";
import { LAYER_KINDS } from "./layer-spec.ts";
import { embedded, embeddingRows } from "./vocabulary.ts";

export interface GenerationContext {
  readonly builder: GraphBuilder;
  readonly config: DecoderConfig;
  readonly options: Omit<GenerationOptions, "batch">;
  readonly sequences: Sequences;
  readonly layers: readonly LayerSpec[];
  /** The layers' attention where it is not onnxruntime's fused one. */
  readonly attend?: Attend;
  /** Masks and compensations of a layer where they are not inputs of their own. */
  readonly vectors?: (name: string, layer: number) => Value;
}

/** x · σ(x), or GELU's tanh form. */
function activated({ builder, config }: GenerationContext, x: Value): Value {
  if (config.activation === "geluTanh") return geluTanh(builder, x);
  return builder.emit("QuickGelu", [x], x.shape, { domain: MICROSOFT, attributes: { alpha: { float: 1 } } });
}

/** The sum of `x` and `residual`, and its RMSNorm. */
function normalisedSum({ builder, config }: GenerationContext, x: Value, residual: Value, weight: Value) {
  const [normalised, , , sum] = builder.emitMany(
    "SkipSimplifiedLayerNormalization",
    [x, residual, weight],
    [{ shape: x.shape }, null, null, { shape: x.shape }],
    { domain: MICROSOFT, attributes: { epsilon: { float: config.normEpsilon } } },
  );
  return { normalised: normalised ?? ABSENT, sum: sum ?? ABSENT };
}

/** Rotary tables by the name of a layer's feeds, see `ropePort`; each pair is declared once. */
function ropeInputs(builder: GraphBuilder, headSize: number) {
  const declared = new Map<string, { readonly cosine: Value; readonly sine: Value }>();
  return (feeds: string = ALL_LAYERS) => {
    const found = declared.get(feeds);
    if (found) return found;
    const shape = ["L", headSize / 2];
    const inputs = {
      cosine: builder.input(ropePort("cosine", feeds), shape),
      sine: builder.input(ropePort("sine", feeds), shape),
    };
    declared.set(feeds, inputs);
    return inputs;
  };
}

/**
 * Adds all layers behind `hidden` [rows, width] and the outputs `key_out.l` and `value_out.l`; returns the last hidden
 * states.
 */
export function emitGenerationLayers(context: GenerationContext, hidden: Value): Value {
  const { builder, config, options, sequences } = context;
  const { hiddenSize: width, headSize, normEpsilon } = config;
  const { batch, rows } = sequences;
  const attend = context.attend ?? fusedAttention(builder, config, sequences);
  const ropeOf = ropeInputs(builder, headSize);
  const precision = options.precision ?? "float32";
  const { single, project: multiplied } = mixedPrecision(builder, precision);

  let residual = hidden;
  let pending: Value | null = null;
  for (const [layer, { shape: layerShape, feeds, attentionColumns, mlpColumns, weights }] of context.layers.entries()) {
    const heads = attentionColumns / headSize;
    const { attentionUnits: keyValueHeads } = layerShape;
    const port = (name: string, shape: readonly (number | string)[], type: "float32" | "float16" = "float32") =>
      builder.input(`${name}.${layer}`, shape, type);
    const matrices = Object.fromEntries(
      weights.map(({ input, shape }) => [input, port(input, shape, weightType(shape, precision))]),
    ) as Record<string, Value>;
    const weight = (name: string) => matrices[name] ?? ABSENT;
    const vector = (name: string, length: number) => context.vectors?.(name, layer) ?? port(name, [length]);
    const attentionMask = vector("attention_mask", attentionColumns);
    const mlpMask = vector("mlp_mask", mlpColumns);
    const project = (x: Value, name: string, compensation?: string) => {
      const own = matrices[`${name}_bias`];
      const mean = compensation && vector(compensation, width);
      const added = own && mean ? add(builder, own, mean) : (own ?? mean);
      // In single precision the product's bias, which saves a node for each; half precision would round it.
      if (precision === "float32") return multiplied(x, weight(name), added || undefined);
      const result = single(multiplied(x, weight(name)));
      return added ? add(builder, result, added) : result;
    };
    const projectLast = (x: Value, name: string, module: "attention" | "mlp") =>
      project(x, name, options.compensation ? `${module}_compensation` : undefined);
    const normalise = (name: string) => {
      if (!pending) return rmsNorm(builder, residual, weight(name), normEpsilon);
      const { normalised, sum } = normalisedSum(context, pending, residual, weight(name));
      residual = sum;
      return normalised;
    };
    // Norms that not every decoder has.
    const normaliseOutput = (x: Value, name: string) => {
      const own = matrices[name];
      return own ? rmsNorm(builder, x, own, normEpsilon) : x;
    };
    const normaliseHeads = (x: Value, name: string, count: number) => {
      const own = matrices[name];
      if (!own) return x;
      const single = builder.constant(BigInt64Array.of(-1n, BigInt(headSize)), [2]);
      const byHead = builder.emit("Reshape", [x, single], [times(rows, count), headSize]);
      return rmsNorm(builder, byHead, own, normEpsilon);
    };

    const attentionInput = normalise("attention_norm");
    const past = (name: string) => port(`past_${name}`, [batch, keyValueHeads, "P", headSize]);
    const split = (name: string, count: number) =>
      sequences.split(normaliseHeads(project(attentionInput, name), `${name}_norm`, count), count * headSize);
    const {
      context: attention,
      key,
      value,
    } = attend({
      query: split("query", heads),
      key: split("key", keyValueHeads),
      value: split("value", keyValueHeads),
      pastKey: past("key"),
      pastValue: past("value"),
      ...ropeOf(feeds),
      heads,
      keyValueHeads,
      window: feeds === LAYER_KINDS.sliding ? config.sliding?.window : undefined,
    });
    builder.output(`key_out.${layer}`, key);
    builder.output(`value_out.${layer}`, value);
    const flat = builder.constant(BigInt64Array.of(-1n, BigInt(heads * headSize)), [2]);
    const joined = builder.emit("Reshape", [attention, flat], [rows, heads * headSize]);
    const attended = projectLast(multiply(builder, joined, attentionMask), "output", "attention");
    pending = normaliseOutput(attended, "attention_output_norm");

    const mlpInput = normalise("mlp_norm");
    const gated = multiply(builder, activated(context, project(mlpInput, "gate")), project(mlpInput, "up"));
    pending = normaliseOutput(projectLast(multiply(builder, gated, mlpMask), "down", "mlp"), "mlp_output_norm");
  }
  return pending ? add(builder, residual, pending) : residual;
}

function lengthInputs(builder: GraphBuilder, batch: number | string) {
  return {
    lastSlots: builder.input("last_slots", [batch], "int32"),
    slots: builder.input("slots", [1], "int32"),
  };
}

/** All layers on hidden states; see `TextDefinition.generation`. */
export function generationGraph(
  config: DecoderConfig,
  layers: readonly LayerSpec[],
  options: GenerationOptions,
): Graph {
  const { batch } = options;
  const builder = new GraphBuilder(`text generation, batch ${batch}`);
  const rows = times("T", batch);
  const sequences: Sequences = {
    batch,
    tokens: "T",
    rows,
    split: (x, columns) => reshape(builder, x, [batch, "T", columns]),
    ...lengthInputs(builder, batch),
  };
  const hidden = builder.input("hidden", [rows, config.hiddenSize]);
  builder.output("hidden_out", emitGenerationLayers({ builder, config, options, sequences, layers }, hidden));
  return builder.build();
}

/** Masks and compensations of a layer in the order in which `vectors` of the whole graph has them, and their lengths. */
export function layerVectors({ attentionColumns, mlpColumns }: LayerSpec, width: number) {
  return {
    attention_mask: attentionColumns,
    mlp_mask: mlpColumns,
    attention_compensation: width,
    mlp_compensation: width,
  };
}

/** Input `vectors` holds those of all layers: feeding one tensor costs less than feeding many. */
function splitVectors(
  builder: GraphBuilder,
  width: number,
  layers: readonly LayerSpec[],
): (name: string, layer: number) => Value {
  const lengths = layers.map((layer) => layerVectors(layer, width));
  const names = Object.keys(lengths[0] ?? {});
  const all = lengths.flatMap((ofLayer) => Object.values(ofLayer));
  const total = all.reduce((sum, length) => sum + length, 0);
  const parts = builder.emitMany(
    "Split",
    [builder.input("vectors", [total]), builder.constant(BigInt64Array.from(all, BigInt), [all.length])],
    all.map((length) => ({ shape: [length] })),
    { attributes: { axis: 0 } },
  );
  return (name, layer) => parts[layer * names.length + names.indexOf(name)] ?? ABSENT;
}

/** Everything from ids to ids, for any batch; see `TextDefinition.wholeGeneration`. */
export function wholeGenerationGraph(
  config: DecoderConfig,
  layers: readonly LayerSpec[],
  options: { readonly logits?: boolean },
): Graph {
  const { hiddenSize: width, vocabularySize } = config;
  const builder = new GraphBuilder("text generation, from ids to ids");
  const ids = builder.input("ids", ["B", "T"], "int32");
  const index = builder.input("index", ["rows"], "int32");
  const features = builder.input("features", ["M", width]);
  const picked = builder.input("positions", ["B"], "int32");
  const table = builder.input("embedding", [embeddingRows(config), width]);
  const norm = builder.input("norm", [width]);
  const head = config.tieWordEmbeddings ? table : builder.input("head", [vocabularySize, width]);

  // The batch is known only when the graph runs, so shapes are computed; the CPU does that in passing.
  const shape = builder.emit("Shape", [ids], [2], { type: "int64" });
  const rest = builder.constant(BigInt64Array.of(-1n), [1]);
  const sequence = builder.emit("Concat", [shape, rest], [3], { type: "int64", attributes: { axis: 0 } });
  const sequences: Sequences = {
    batch: "B",
    tokens: "T",
    rows: "rows",
    split: (x, columns) => builder.emit("Reshape", [x, sequence], ["B", "T", columns]),
    ...lengthInputs(builder, "B"),
  };
  const gathered = builder.emit("Gather", [table, ids], ["B", "T", width], { attributes: { axis: 0 } });
  const flat = builder.constant(BigInt64Array.of(-1n, BigInt(width)), [2]);
  const rowsOfIds = builder.emit("Reshape", [gathered, flat], ["rows", width]);
  const text = embedded(builder, rowsOfIds, config.embeddingScale);
  const hidden = interleaveRows(builder, text, features, index);
  const vectors = splitVectors(builder, width, layers);
  const last = emitGenerationLayers(
    { builder, config, options: { compensation: true }, sequences, layers, vectors },
    hidden,
  );

  const rows = builder.emit("Gather", [last, picked], ["B", width], { attributes: { axis: 0 } });
  const logits = linear(builder, rmsNorm(builder, rows, norm, config.normEpsilon), head);
  // The first of equal logits, which is the rule of the divergence kernel too.
  const best = builder.emit("ArgMax", [logits], ["B", 1], {
    type: "int64",
    attributes: { axis: -1, keepdims: 1, select_last_index: 0 },
  });
  builder.output("ids_out", builder.emit("Cast", [best], ["B", 1], { type: "int32", attributes: { to: 6 } }));
  builder.output("best_logits", builder.emit("GatherElements", [logits, best], ["B", 1], { attributes: { axis: 1 } }));
  if (options.logits) builder.output("logits", logits);
  return builder.build();
}
