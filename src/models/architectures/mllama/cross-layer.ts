/**
 * A layer of Llama 3.2 Vision's decoder that looks at pictures in place of the tokens before: queries of the text, keys and
 * values of the pictures' states, without positions. Both modules are gated.
 */
import { GraphBuilder, type Value } from "../../../graph/graph.ts";
import { add, multiply, silu } from "../../../graph/operations/elementwise.ts";
import { matmul } from "../../../graph/operations/linear.ts";
import { rmsNorm, softmax } from "../../../graph/operations/normalise.ts";
import { reshape, transpose } from "../../../graph/operations/structure.ts";
import { times } from "../../../graph/shape.ts";
import type {
  BackwardOptions,
  DecodeOptions,
  ForwardInputs,
  ForwardOptions,
  LayerShape,
  LayerSpec,
  LayerWidths,
  WeightSlot,
} from "../definition.ts";
import { CROSS } from "../shared/cross-attention.ts";
import type { DecoderConfig } from "../shared/decoder/config.ts";
import { type DecoderNames, headsPerUnit, layerSpec, scoreScale } from "../shared/decoder/layer-spec.ts";
import { type LayerValues, nameBackwardOutputs, nameForwardOutputs, PICTURE_STATES } from "../shared/layer-outputs.ts";
import { mixedPrecision, weightType } from "../shared/mixed-precision.ts";
import { gateSlot } from "./preparations.ts";

/** Name of the layer's graphs and of what it is fed. */
export const CROSS_LAYER = "cross";

/** The layer as data: like one that looks at text, with names of its own, norms of heads, and gates. */
export function crossLayerSpec(
  config: DecoderConfig,
  names: DecoderNames,
  layer: number,
  widths: LayerWidths,
): LayerSpec {
  const spec = layerSpec({ ...config, headNorms: true }, names, layer, widths);
  const stem = `${names.prefix}.layers.${layer}`;
  const weights = spec.weights.map(
    (slot): WeightSlot => ({ ...slot, tensor: slot.tensor.replace(`${stem}.self_attn.`, `${stem}.cross_attn.`) }),
  );
  return {
    ...spec,
    shape: { ...spec.shape, graph: CROSS_LAYER },
    feeds: CROSS_LAYER,
    weights: [
      ...weights,
      gateSlot("attention_gate", `${stem}.cross_attn_attn_gate`),
      gateSlot("mlp_gate", `${stem}.cross_attn_mlp_gate`),
    ],
    scored: spec.scored.map((matrix) => {
      if (matrix.slot === "key" || matrix.slot === "value")
        return { ...matrix, inputTap: PICTURE_STATES, ofPictures: true };
      return matrix.slot === "down" ? { ...matrix, gradientTap: "down_gradient" } : matrix;
    }),
  };
}

interface CrossOptions extends LayerShape, ForwardInputs {
  readonly batch: number;
  /** One new token per sample, over keys and values that are there already. */
  readonly decode: boolean;
}

interface CrossValues extends LayerValues {
  readonly query: Value;
  readonly gate: Value;
  readonly up: Value;
  readonly key: Value;
  readonly value: Value;
  /** What keys and values are made of, where they are made. */
  readonly made?: { readonly states: Value; readonly keyProjection: Value; readonly valueProjection: Value };
}

/** Adds the layer to `builder`; declares its inputs. */
function emitLayer(builder: GraphBuilder, config: DecoderConfig, options: CrossOptions): CrossValues {
  const { hiddenSize: width, headSize, normEpsilon } = config;
  const { attentionUnits: keyValueHeads, batch, decode, compensation = false, precision = "float32" } = options;
  const { single, project } = mixedPrecision(builder, precision);
  const tokens = decode ? 1 : "T";
  const rows = times(tokens, batch);
  const repeat = headsPerUnit(config);
  const heads = keyValueHeads * repeat;

  const hidden = builder.input("hidden", [rows, width]);
  const bias = builder.input(CROSS.bias, [batch, 1, tokens, "S"]);
  const visible = builder.input(CROSS.visible, [rows, 1]);
  const present = builder.input(CROSS.present, [rows, 1]);
  const attentionMask = builder.input("attention_mask", [heads * headSize]);
  const mlpMask = builder.input("mlp_mask", ["F"]);
  const spec = crossLayerSpec(config, { prefix: "", head: "" }, 0, {
    attentionUnits: keyValueHeads,
    mlpUnits: config.intermediateSize,
  });
  const ofStates = ["key", "value", "key_norm"];
  const weight = Object.fromEntries(
    spec.weights
      .filter(({ input }) => !(decode && ofStates.includes(input)))
      .map(({ input, shape }) => {
        const sliced = input === "gate" || input === "up" ? ["F", width] : input === "down" ? [width, "F"] : shape;
        return [input, builder.input(input, sliced, weightType(shape, precision))];
      }),
  ) as Record<string, Value>;
  const w = (name: string) => weight[name] as Value;
  const projectTo = (x: Value, name: string) => single(project(x, w(name)));
  const projectLast = (x: Value, name: string, module: string) => {
    const own = weight[`${name}_bias`];
    const mean = compensation ? builder.input(`${module}_compensation`, [width]) : undefined;
    return single(project(x, w(name), own && mean ? add(builder, own, mean) : (own ?? mean)));
  };
  const splitHeads = (x: Value, length: number | string, count: number) =>
    transpose(builder, reshape(builder, x, [batch, length, count, headSize]), [0, 2, 1, 3]);

  const attentionInput = rmsNorm(builder, hidden, w("attention_norm"), normEpsilon);
  const query = projectTo(attentionInput, "query");
  const normalisedQuery = rmsNorm(builder, splitHeads(query, tokens, heads), w("query_norm"), normEpsilon);
  const cacheShape = [batch, keyValueHeads, "S", headSize];
  const keysAndValues = () => {
    if (decode) return { key: builder.input("past_key", cacheShape), value: builder.input("past_value", cacheShape) };
    const states = builder.input("states", [times("S", batch), width]);
    const keyProjection = projectTo(states, "key");
    const valueProjection = projectTo(states, "value");
    return {
      key: rmsNorm(builder, splitHeads(keyProjection, "S", keyValueHeads), w("key_norm"), normEpsilon),
      value: splitHeads(valueProjection, "S", keyValueHeads),
      made: { states, keyProjection, valueProjection },
    };
  };
  const { key, value, made } = keysAndValues();
  // The query heads of one group lie one after another, so their rows stack under their key/value head.
  const stacked = times(tokens, repeat);
  const grouped = reshape(builder, normalisedQuery, [batch, keyValueHeads, stacked, headSize]);
  const { scores } = mixedPrecision(builder);
  const scaled = scores(grouped, transpose(builder, key, [0, 1, 3, 2]), scoreScale(config));
  const biased = add(builder, reshape(builder, scaled, [batch, heads, tokens, "S"]), bias);
  const shares = reshape(builder, softmax(builder, biased), [batch, keyValueHeads, stacked, "S"]);
  const mixed = reshape(builder, matmul(builder, shares, value), [batch, heads, tokens, headSize]);
  const joined = reshape(builder, transpose(builder, mixed, [0, 2, 1, 3]), [rows, heads * headSize]);
  const context = multiply(builder, joined, attentionMask);
  const attentionOutput = projectLast(context, "output", "attention");
  const attentionGain = multiply(builder, present, w("attention_gate"));
  const middle = add(builder, hidden, multiply(builder, attentionOutput, attentionGain));

  const mlpInput = rmsNorm(builder, middle, w("mlp_norm"), normEpsilon);
  const gate = projectTo(mlpInput, "gate");
  const up = projectTo(mlpInput, "up");
  const activation = multiply(builder, multiply(builder, silu(builder, gate), up), mlpMask);
  const mlpOutput = projectLast(activation, "down", "mlp");
  const mlpGain = multiply(builder, visible, w("mlp_gate"));
  const output = add(builder, middle, multiply(builder, mlpOutput, mlpGain));
  return {
    hidden,
    ...(made && { states: made.states, made }),
    attentionInput,
    query,
    key,
    value,
    context,
    attentionOutput,
    mlpInput,
    gate,
    up,
    activation,
    mlpOutput,
    output,
  };
}

/** See `TowerDefinition.forward` and `PictureAttention`. */
export function crossForwardGraph(config: DecoderConfig, options: ForwardOptions) {
  const builder = new GraphBuilder(`cross layer, batch ${options.batch}`);
  const values = emitLayer(builder, config, { ...options, decode: false });
  nameForwardOutputs(builder, values, options);
  if (options.cache) {
    builder.output("key_out", values.key);
    builder.output("value_out", values.value);
  }
  return builder.build();
}

/** See `TextDefinition.decode` and `PictureAttention`. */
export function crossDecodeGraph(config: DecoderConfig, options: DecodeOptions) {
  const builder = new GraphBuilder(`cross layer decode, batch ${options.batch}`);
  builder.output("hidden_out", emitLayer(builder, config, { ...options, decode: true }).output);
  return builder.build();
}

/** See `TowerDefinition.backward` and `PictureAttention`. */
export function crossBackwardGraph(config: DecoderConfig, { losses, ...options }: BackwardOptions) {
  const builder = new GraphBuilder(`cross layer backward, batch ${options.batch}`);
  const values = emitLayer(builder, config, { ...options, decode: false });
  const { query, gate, up, mlpOutput, made } = values;
  const scored = {
    attributed: { query_gradient: query, gate_gradient: gate, up_gradient: up, down_gradient: mlpOutput },
    others: made ? { key_gradient: made.keyProjection, value_gradient: made.valueProjection } : {},
  };
  nameBackwardOutputs(builder, values, scored, losses);
  return builder.build();
}
