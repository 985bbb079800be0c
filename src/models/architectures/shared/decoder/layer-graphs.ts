/** The graphs of one layer of the decoder, forward and back. */
import { GraphBuilder, type Value } from "../../../../graph/graph.ts";
import { add, geluTanh, multiply, scale, silu } from "../../../../graph/operations/elementwise.ts";
import { matmul } from "../../../../graph/operations/linear.ts";
import { rmsNorm, softmax } from "../../../../graph/operations/normalise.ts";
import { concatenate, reshape, transpose } from "../../../../graph/operations/structure.ts";
import type { Precision } from "../../../../graph/precision.ts";
import { times } from "../../../../graph/shape.ts";
import type { BackwardOptions, ForwardOutputs, LayerShape, PositionInputs } from "../../definition.ts";
import { biasDims } from "../attention-scheme.ts";
import { type LayerValues, nameBackwardOutputs, nameForwardOutputs } from "../layer-outputs.ts";
import { mixedPrecision, weightType } from "../mixed-precision.ts";
import type { DecoderConfig } from "./config.ts";
import { type DecoderNames, headsPerUnit, layerWeights, scoreScale } from "./layer-spec.ts";

/** The values inside a decoder layer; key and value are what the KV cache holds. */
interface DecoderValues extends LayerValues {
  readonly query: Value;
  readonly keyProjection: Value;
  readonly valueProjection: Value;
  readonly key: Value;
  readonly value: Value;
  readonly gate: Value;
  readonly up: Value;
}

/**
 * The matrix that rotates a head's two halves into each other, [size, size]: x·R = (−second half, first half).
 * One product replaces two slices, a negation and a concatenation, and its own transpose is its gradient.
 */
export function halfRotation(size: number): Float32Array {
  const matrix = new Float32Array(size * size);
  const half = size / 2;
  for (let index = 0; index < half; index++) {
    matrix[(index + half) * size + index] = -1;
    matrix[index * size + index + half] = 1;
  }
  return matrix;
}

interface LayerContext extends LayerShape, PositionInputs {
  readonly batch: number;
  /** One new token per sample on top of a KV cache, instead of a whole sequence. */
  readonly decode: boolean;
  /** See `DecodeOptions`. */
  readonly padded?: boolean;
  /** See `ForwardInputs`. */
  readonly compensation?: boolean;
  readonly precision?: Precision;
}

/** Adds one decoder layer to `builder`; declares its inputs. */
function emitLayer(
  builder: GraphBuilder,
  config: DecoderConfig,
  names: DecoderNames,
  context: LayerContext,
): DecoderValues {
  const { hiddenSize: width, headSize, normEpsilon } = config;
  const {
    attentionUnits: keyValueHeads,
    batch,
    decode,
    ownPositions = false,
    padded = false,
    bias = "shared",
    compensation = false,
    precision = "float32",
  } = context;
  const { single, project } = mixedPrecision(builder, precision);
  const tokens = decode ? 1 : "T";
  const rows = times(tokens, batch);
  const repeat = headsPerUnit(config);
  const heads = keyValueHeads * repeat;

  const hidden = builder.input("hidden", [rows, width]);
  const ropeShape = ownPositions ? [batch, 1, tokens, headSize] : [tokens, headSize];
  const cosine = builder.input("rope_cosine", ropeShape);
  const sine = builder.input("rope_sine", ropeShape);
  const attentionMask = builder.input("attention_mask", [heads * headSize]);
  // The MLP's width is symbolic: the same graph runs sliced weights.
  const mlpMask = builder.input("mlp_mask", ["F"]);
  const weight: Record<string, Value> = Object.fromEntries(
    layerWeights(config, names, 0, { attentionUnits: keyValueHeads, mlpUnits: config.intermediateSize }).map(
      ({ input, shape }) => {
        const sliced = input === "gate" || input === "up" ? ["F", width] : input === "down" ? [width, "F"] : shape;
        return [input, builder.input(input, sliced, weightType(shape, precision))];
      },
    ),
  ) as Record<string, Value>;
  const w = (name: string) => weight[name] as Value;
  const projectTo = (x: Value, name: string) => {
    const bias = weight[`${name}_bias`];
    if (bias && precision === "float32") return project(x, w(name), bias);
    // Biases of keys may be large: half precision would round the sum.
    const product = single(project(x, w(name)));
    return bias ? add(builder, product, bias) : product;
  };
  const normalise = (x: Value, name: string) => {
    const own = weight[name];
    return own ? rmsNorm(builder, x, own, normEpsilon) : x;
  };
  const activate = config.activation === "geluTanh" ? geluTanh : silu;
  const projectLast = (x: Value, name: string, module: string) => {
    const own = weight[`${name}_bias`];
    const mean = compensation ? builder.input(`${module}_compensation`, [width]) : undefined;
    return single(project(x, w(name), own && mean ? add(builder, own, mean) : (own ?? mean)));
  };

  const rotation = builder.constant(halfRotation(headSize), [headSize, headSize]);
  const rotate = (x: Value) =>
    add(builder, multiply(builder, x, cosine), multiply(builder, matmul(builder, x, rotation), sine));
  const splitHeads = (x: Value, count: number) =>
    transpose(builder, reshape(builder, x, [batch, tokens, count, headSize]), [0, 2, 1, 3]);

  const attentionInput = normalise(hidden, "attention_norm");
  const query = projectTo(attentionInput, "query");
  const rotatedQuery = rotate(normalise(splitHeads(query, heads), "query_norm"));
  const keyProjection = projectTo(attentionInput, "key");
  const valueProjection = projectTo(attentionInput, "value");
  let key = rotate(normalise(splitHeads(keyProjection, keyValueHeads), "key_norm"));
  let value = splitHeads(valueProjection, keyValueHeads);
  let span: string | number = tokens;
  if (decode) {
    span = "S";
    const pastKey = builder.input("past_key", [batch, keyValueHeads, "P", headSize]);
    const pastValue = builder.input("past_value", [batch, keyValueHeads, "P", headSize]);
    key = concatenate(builder, pastKey, key, 2, span);
    value = concatenate(builder, pastValue, value, 2, span);
  }
  // The query heads of one group lie one after another, so their rows stack under their key/value head.
  const groupedQuery = reshape(builder, rotatedQuery, [batch, keyValueHeads, times(tokens, repeat), headSize]);
  const products = matmul(builder, groupedQuery, transpose(builder, key, [0, 1, 3, 2]));
  const scores = scale(builder, products, scoreScale(config));
  const byHead = reshape(builder, scores, [batch, heads, tokens, span]);
  const biasShape = padded ? [batch, 1, 1, span] : biasDims(bias, batch, span);
  const biased = decode && !padded ? byHead : add(builder, byHead, builder.input("attention_bias", biasShape));
  const probabilities = softmax(builder, biased);
  const mixed = matmul(
    builder,
    reshape(builder, probabilities, [batch, keyValueHeads, times(tokens, repeat), span]),
    value,
  );
  const joined = transpose(builder, reshape(builder, mixed, [batch, heads, tokens, headSize]), [0, 2, 1, 3]);
  const maskedContext = multiply(builder, reshape(builder, joined, [rows, heads * headSize]), attentionMask);
  const attentionOutput = projectLast(maskedContext, "output", "attention");
  const middle = add(builder, hidden, normalise(attentionOutput, "attention_output_norm"));

  const mlpInput = normalise(middle, "mlp_norm");
  const gate = projectTo(mlpInput, "gate");
  const up = projectTo(mlpInput, "up");
  const activation = multiply(builder, multiply(builder, activate(builder, gate), up), mlpMask);
  const mlpOutput = projectLast(activation, "down", "mlp");
  const output = add(builder, middle, normalise(mlpOutput, "mlp_output_norm"));
  return {
    hidden,
    attentionInput,
    query,
    keyProjection,
    valueProjection,
    key,
    value,
    context: maskedContext,
    attentionOutput,
    mlpInput,
    gate,
    up,
    activation,
    mlpOutput,
    output,
  };
}

/** See `TowerDefinition.forward`, and `TextDefinition.decode` for a context that decodes. */
export function forwardGraph(
  config: DecoderConfig,
  names: DecoderNames,
  context: LayerContext,
  outputs: ForwardOutputs,
  name: string,
) {
  const builder = new GraphBuilder(name);
  const values = emitLayer(builder, config, names, context);
  nameForwardOutputs(builder, values, outputs);
  if (outputs.cache) {
    builder.output("key_out", values.key);
    builder.output("value_out", values.value);
  }
  return builder.build();
}

/** See `TowerDefinition.backward`. */
export function backwardGraph(config: DecoderConfig, names: DecoderNames, { losses, ...options }: BackwardOptions) {
  const builder = new GraphBuilder(`text layer backward, batch ${options.batch}`);
  const values = emitLayer(builder, config, names, { ...options, decode: false });
  const { query, keyProjection, valueProjection, gate, up, mlpOutput } = values;
  const down = config.outputNorms ? { down_gradient: mlpOutput } : {};
  const scored = {
    attributed: { query_gradient: query, gate_gradient: gate, up_gradient: up, ...down },
    others: { key_gradient: keyProjection, value_gradient: valueProjection },
  };
  nameBackwardOutputs(builder, values, scored, losses);
  return builder.build();
}
