/**
 * Idefics3 (SmolVLM): a SigLIP-style vision tower, a pixel-shuffle connector and a Llama decoder.
 */

import { gradients } from "../../../graph/differentiate.ts";
import { GraphBuilder, type Value } from "../../../graph/graph.ts";
import { add, geluTanh, multiply } from "../../../graph/operations/elementwise.ts";
import { linear, matmul } from "../../../graph/operations/linear.ts";
import { layerNorm, softmax } from "../../../graph/operations/normalise.ts";
import { cast, gatherRows, interleaveRows, reshape, transpose } from "../../../graph/operations/structure.ts";
import type { Precision } from "../../../graph/precision.ts";
import {
  type BackwardOptions,
  type BatchSize,
  type ForwardInputs,
  type ForwardOptions,
  type LayerShape,
  type LayerSpec,
  type LayerWidths,
  towerModules,
  type VisionDefinition,
  type WeightSlot,
} from "../definition.ts";
import { nameBackwardOutputs, nameForwardOutputs } from "../shared/layer-outputs.ts";
import { mixedPrecision, weightType } from "../shared/mixed-precision.ts";
import type { Idefics3Config, VisionConfig } from "./config.ts";
import { orderOfPatches } from "./patches.ts";
import { frameOf } from "./pictures.ts";

const PREFIX = "model.vision_model";

/** Every head owns as many columns, whether all heads are there or not. */
function headSizeOf({ hiddenSize, heads }: VisionConfig): number {
  return hiddenSize / heads;
}

function pair(input: string, stem: string, shape: readonly number[]): WeightSlot[] {
  return [
    { input, tensor: `${stem}.weight`, shape },
    { input: `${input}_bias`, tensor: `${stem}.bias`, shape: shape.slice(0, 1) },
  ];
}

function layerWeights(config: VisionConfig, layer: number, widths: LayerWidths): WeightSlot[] {
  const { hiddenSize: width } = config;
  const { mlpUnits: inner } = widths;
  const columns = widths.attentionUnits * headSizeOf(config);
  const stem = `${PREFIX}.encoder.layers.${layer}`;
  return [
    ...pair("attention_norm", `${stem}.layer_norm1`, [width]),
    ...pair("query", `${stem}.self_attn.q_proj`, [columns, width]),
    ...pair("key", `${stem}.self_attn.k_proj`, [columns, width]),
    ...pair("value", `${stem}.self_attn.v_proj`, [columns, width]),
    ...pair("output", `${stem}.self_attn.out_proj`, [width, columns]),
    ...pair("mlp_norm", `${stem}.layer_norm2`, [width]),
    ...pair("fc1", `${stem}.mlp.fc1`, [inner, width]),
    ...pair("fc2", `${stem}.mlp.fc2`, [width, inner]),
  ];
}

/** Adds one encoder layer to `builder`; declares its inputs. */
function emitLayer(
  builder: GraphBuilder,
  config: VisionConfig,
  patches: number,
  { batch, attentionUnits: heads, compensation = false, precision = "float32" }: BatchSize & LayerShape & ForwardInputs,
) {
  const { operand, single, project, scores } = mixedPrecision(builder, precision);
  const { hiddenSize: width, normEpsilon } = config;
  const headSize = headSizeOf(config);
  const columns = heads * headSize;
  const rows = batch * patches;
  const hidden = builder.input("hidden", [rows, width]);
  const attentionMask = builder.input("attention_mask", [columns]);
  const mlpMask = builder.input("mlp_mask", ["F"]);
  const weight = Object.fromEntries(
    layerWeights(config, 0, { attentionUnits: heads, mlpUnits: config.intermediateSize }).map(({ input, shape }) => {
      const sliced =
        input === "fc1" ? ["F", width] : input === "fc1_bias" ? ["F"] : input === "fc2" ? [width, "F"] : shape;
      return [input, builder.input(input, sliced, weightType(shape, precision))];
    }),
  ) as Record<string, Value>;
  const w = (name: string) => weight[name] as Value;
  const projectTo = (x: Value, name: string) => project(x, w(name), w(`${name}_bias`));
  const projectLast = (x: Value, name: string, module: string) => {
    if (!compensation) return single(projectTo(x, name));
    const added = builder.input(`${module}_compensation`, [width]);
    return single(project(x, w(name), add(builder, w(`${name}_bias`), added)));
  };
  const splitHeads = (x: Value) =>
    transpose(builder, reshape(builder, x, [batch, patches, heads, headSize]), [0, 2, 1, 3]);

  const attentionInput = layerNorm(builder, hidden, w("attention_norm"), w("attention_norm_bias"), normEpsilon);
  const query = projectTo(attentionInput, "query");
  const keyProjection = projectTo(attentionInput, "key");
  const valueProjection = projectTo(attentionInput, "value");
  const key = splitHeads(keyProjection);
  const value = splitHeads(valueProjection);
  const scaled = scores(splitHeads(query), transpose(builder, key, [0, 1, 3, 2]), headSize ** -0.5);
  const mixed = matmul(builder, operand(softmax(builder, scaled)), value);
  const joined = reshape(builder, transpose(builder, mixed, [0, 2, 1, 3]), [rows, columns]);
  const context = multiply(builder, joined, operand(attentionMask));
  const attentionOutput = projectLast(context, "output", "attention");
  const middle = add(builder, hidden, attentionOutput);

  const mlpInput = layerNorm(builder, middle, w("mlp_norm"), w("mlp_norm_bias"), normEpsilon);
  const inner = projectTo(mlpInput, "fc1");
  const activation = multiply(builder, geluTanh(builder, single(inner)), mlpMask);
  const mlpOutput = projectLast(activation, "fc2", "mlp");
  const output = add(builder, middle, mlpOutput);
  return {
    hidden,
    attentionInput,
    query,
    keyProjection,
    valueProjection,
    context,
    attentionOutput,
    mlpInput,
    inner,
    activation,
    mlpOutput,
    output,
  };
}

function forwardGraph(config: VisionConfig, patches: number, options: ForwardOptions) {
  const { batch } = options;
  const builder = new GraphBuilder(`vision layer, batch ${batch}`);
  const values = emitLayer(builder, config, patches, options);
  nameForwardOutputs(builder, values, options);
  return builder.build();
}

function backwardGraph(config: VisionConfig, patches: number, { losses, ...options }: BackwardOptions) {
  const builder = new GraphBuilder(`vision layer backward, batch ${options.batch}`);
  const values = emitLayer(builder, config, patches, options);
  const { query, keyProjection, valueProjection, inner } = values;
  const scored = {
    attributed: { query_gradient: query, fc1_gradient: inner },
    others: { key_gradient: keyProjection, value_gradient: valueProjection },
  };
  nameBackwardOutputs(builder, values, scored, losses);
  return builder.build();
}

/** One layer with as many units as `widths` says. */
function layerSpec(config: VisionConfig, layer: number, widths: LayerWidths): LayerSpec {
  const { hiddenSize: width } = config;
  const { attentionUnits, mlpUnits: inner } = widths;
  const headSize = headSizeOf(config);
  const columns = attentionUnits * headSize;
  const attentionWeight = {
    kind: "attn" as const,
    attributed: true,
    outputs: columns,
    inputs: width,
    groupSize: headSize,
  };
  return {
    shape: { attentionUnits },
    attentionColumns: columns,
    mlpColumns: inner,
    weights: layerWeights(config, layer, widths),
    scored: [
      {
        ...attentionWeight,
        slot: "query",
        axis: "rows",
        inputTap: "attention_input",
        gradientTap: "query_gradient",
      },
      ...(["key", "value"] as const).map((slot) => ({
        ...attentionWeight,
        slot,
        attributed: false,
        axis: "rows" as const,
        inputTap: "attention_input",
        gradientTap: `${slot}_gradient`,
      })),
      {
        ...attentionWeight,
        slot: "output",
        outputs: width,
        inputs: columns,
        axis: "columns",
        inputTap: "attention_context",
        gradientTap: "output_gradient",
      },
      {
        slot: "fc1",
        kind: "mlp",
        attributed: true,
        outputs: inner,
        inputs: width,
        axis: "rows",
        groupSize: 1,
        inputTap: "mlp_input",
        gradientTap: "fc1_gradient",
      },
      {
        slot: "fc2",
        kind: "mlp",
        attributed: true,
        outputs: width,
        inputs: inner,
        axis: "columns",
        groupSize: 1,
        inputTap: "mlp_activation",
        gradientTap: null,
      },
    ],
  };
}

/** What of a config the tower and its connector depend on. */
export type VisionModel = Pick<Idefics3Config, "vision" | "scaleFactor" | "imageTokenId"> & {
  readonly text: Pick<Idefics3Config["text"], "hiddenSize">;
};

/** The vision tower of `model`, and its connector to the decoder. */
export function visionDefinition(model: VisionModel, widths?: readonly LayerWidths[]): VisionDefinition {
  const { vision: config, scaleFactor, imageTokenId } = model;
  const textWidth = model.text.hiddenSize;
  const { hiddenSize: width, channels, patchSize, imageSize } = config;
  const dense = { attentionUnits: config.heads, mlpUnits: config.intermediateSize };
  const units = widths ?? Array.from({ length: config.layers }, () => dense);
  const side = imageSize / patchSize;
  const patches = side * side;
  const reduced = side / scaleFactor;
  const imageTokens = reduced * reduced;
  const patchValues = channels * patchSize * patchSize;
  const headSize = headSizeOf(config);
  const shuffled = width * scaleFactor * scaleFactor;

  const emitConnector = (builder: GraphBuilder, batch: number, precision: Precision = "float32") => {
    const hidden = builder.input("hidden", [batch * patches, width]);
    const norm = builder.input("post_norm", [width]);
    const bias = builder.input("post_norm_bias", [width]);
    // Products of this length, 12,288 terms in SmolVLM, lose too much when they are summed in half precision.
    const projection = cast(builder, builder.input("projection", [textWidth, shuffled], precision), "float32");
    const normalised = layerNorm(builder, hidden, norm, bias, config.normEpsilon);
    // Pixel shuffle: token (r, c) takes the scaleFactor² patches below it, row by row.
    const rows = reshape(builder, normalised, [batch * reduced, scaleFactor, reduced, scaleFactor * width]);
    const gathered = reshape(builder, transpose(builder, rows, [0, 2, 1, 3]), [batch * imageTokens, shuffled]);
    return { hidden, features: linear(builder, gathered, projection) };
  };

  return {
    tower: "vision",
    layers: units.map((own, layer) => layerSpec(config, layer, own)),
    width,
    headSize,
    imageTokenId,
    imageSize,
    largestFrame: { patches, tokens: imageTokens },
    patchValues,
    pixelShape: [channels, imageSize, imageSize],
    frameOf: (pixels) => frameOf(model, pixels),
    textWidth,
    modules: towerModules("vision", units, { attn: 4 * headSize * width + 3 * headSize, mlp: 2 * width + 1 }),
    columnsPerAttentionUnit: headSize,
    embeddingWeights: [
      {
        input: "patch",
        tensor: `${PREFIX}.embeddings.patch_embedding.weight`,
        shape: [width, channels, patchSize, patchSize],
        graphShape: [width, patchValues],
      },
      { input: "patch_bias", tensor: `${PREFIX}.embeddings.patch_embedding.bias`, shape: [width] },
      {
        input: "positions",
        tensor: `${PREFIX}.embeddings.position_embedding.weight`,
        shape: [patches, width],
        preparation: orderOfPatches(side, width),
      },
    ],
    connectorWeights: [
      ...pair("post_norm", `${PREFIX}.post_layernorm`, [width]),
      {
        input: "projection",
        tensor: "model.connector.modality_projection.proj.weight",
        shape: [textWidth, shuffled],
      },
    ],
    projections: { attn: "output", mlp: "fc2" },
    forward: (options) => forwardGraph(config, patches, options),
    backward: (options) => backwardGraph(config, patches, options),
    embed({ batch, precision = "float32" }) {
      const builder = new GraphBuilder(`vision embedding, batch ${batch}`);
      const pixels = builder.input("patches", [batch * patches, patchValues]);
      const { single, project } = mixedPrecision(builder, precision);
      const weight = builder.input("patch", [width, patchValues], precision);
      const bias = builder.input("patch_bias", [width]);
      const positions = single(builder.input("positions", [patches, width], precision));
      const framed = reshape(builder, single(project(pixels, weight, bias)), [batch, patches, width]);
      builder.output("hidden_out", reshape(builder, add(builder, framed, positions), [batch * patches, width]));
      return builder.build();
    },
    connector({ batch, precision }) {
      const builder = new GraphBuilder(`connector, batch ${batch}`);
      builder.output("features", emitConnector(builder, batch, precision).features);
      return builder.build();
    },
    connectorBackward({ batch, losses }) {
      const builder = new GraphBuilder(`connector backward, batch ${batch}`);
      const { hidden, features } = emitConnector(builder, batch);
      for (let loss = 0; loss < losses; loss++) {
        const cotangent = builder.input(`gradient.${loss}`, features.shape);
        for (const gradient of gradients(builder, features, cotangent, [hidden])) {
          builder.output(`hidden_gradient.${loss}`, gradient);
        }
      }
      return builder.build();
    },
    merge() {
      const builder = new GraphBuilder("merge");
      const text = builder.input("text", ["R", textWidth]);
      const features = builder.input("features", ["M", textWidth]);
      const index = builder.input("index", ["R"], "int32");
      builder.output("hidden_out", interleaveRows(builder, text, features, index));
      return builder.build();
    },
    mergeBackward() {
      const builder = new GraphBuilder("merge backward");
      const gradient = builder.input("gradient", ["R", textWidth]);
      const positions = builder.input("positions", ["M"], "int32");
      builder.output("features_gradient", gatherRows(builder, gradient, positions));
      return builder.build();
    },
  };
}
