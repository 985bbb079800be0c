/** The graphs of one layer of a vision tower, forward and back. */
import { GraphBuilder, type Value } from "../../../../graph/graph.ts";
import { add, gelu, geluTanh, multiply } from "../../../../graph/operations/elementwise.ts";
import { layerNorm } from "../../../../graph/operations/normalise.ts";
import { reshape, transpose } from "../../../../graph/operations/structure.ts";
import { times } from "../../../../graph/shape.ts";
import type {
  BackwardOptions,
  ForwardInputs,
  FrameBatch,
  LayerShape,
  MatrixFormat,
  PositionInputs,
  VisionForwardOptions,
} from "../../definition.ts";
import { emitFrameAttention } from "../frame-attention.ts";
import { nameBackwardOutputs, nameForwardOutputs } from "../layer-outputs.ts";
import { mixedPrecision, weightType } from "../mixed-precision.ts";
import type { VisionConfig } from "./config.ts";
import { type EncoderLayers, gatesMlp, headSizeOf, layerWeights } from "./layer-spec.ts";

/** What the graphs of a tower's layers are built from. */
export interface EncoderGraphs {
  readonly config: Pick<
    VisionConfig,
    "hiddenSize" | "heads" | "intermediateSize" | "layers" | "normEpsilon" | "activation"
  >;
  readonly layers: EncoderLayers;
  /** Rows of a frame. */
  readonly patches: number;
  /** What layers with a graph of that name do to their input before anything else, [batch · patches, width]. */
  readonly entrances?: Readonly<Record<string, Entrance>>;
}

/** `weight` gives a tensor of the layer by its graph input. */
export type Entrance = (
  builder: GraphBuilder,
  hidden: Value,
  weight: (input: string) => Value,
  options: FrameBatch & MatrixFormat,
) => Value;

type LayerOptions = FrameBatch & LayerShape & ForwardInputs & Pick<PositionInputs, "bias">;

/** The first layer with the graph that is asked for. */
function exampleOf({ config, layers }: EncoderGraphs, graph: string | undefined): number {
  const all = Array.from({ length: config.layers }, (_, layer) => layer);
  return all.find((layer) => layers.graphOf?.(layer) === graph) ?? 0;
}

/** Adds one encoder layer to `builder`; declares its inputs. */
function emitLayer(builder: GraphBuilder, graphs: EncoderGraphs, options: LayerOptions) {
  const { config, layers, patches, entrances = {} } = graphs;
  const { batch, attentionUnits: heads, graph, bias, compensation = false, precision = "float32" } = options;
  const mixed = mixedPrecision(builder, precision);
  const { single, project } = mixed;
  const { hiddenSize: width, normEpsilon } = config;
  const headSize = headSizeOf(config);
  const columns = heads * headSize;
  const activated = config.activation === "gelu" ? gelu : geluTanh;
  const rows = times(batch, patches);
  const hidden = builder.input("hidden", [rows, width]);
  const attentionMask = builder.input("attention_mask", [columns]);
  const mlpMask = builder.input("mlp_mask", ["F"]);
  const widths = { attentionUnits: heads, mlpUnits: config.intermediateSize };
  const slots = layerWeights(config, layers, exampleOf(graphs, graph), widths);
  const weight = Object.fromEntries(
    slots.map(({ input, shape: stored, graphShape: shape = stored }) => {
      const sliced =
        input === "fc1" ? ["F", width] : input === "fc1_bias" ? ["F"] : input === "fc2" ? [width, "F"] : shape;
      return [input, builder.input(input, sliced, weightType(shape, precision))];
    }),
  ) as Record<string, Value>;
  const w = (name: string) => weight[name] as Value;
  const projectTo = (x: Value, name: string) => project(x, w(name), weight[`${name}_bias`]);
  const projectLast = (x: Value, name: string, module: string) => {
    if (!compensation) return single(projectTo(x, name));
    const own = weight[`${name}_bias`];
    const added = builder.input(`${module}_compensation`, [width]);
    return single(project(x, w(name), own ? add(builder, own, added) : added));
  };
  const gated = (x: Value, name: string) => {
    const gate = weight[name];
    return gate ? multiply(builder, x, gate) : x;
  };
  const splitHeads = (x: Value) =>
    transpose(builder, reshape(builder, x, [batch, patches, heads, headSize]), [0, 2, 1, 3]);

  const entrance = entrances[graph ?? ""];
  const entered = entrance ? entrance(builder, hidden, w, { batch, precision }) : hidden;
  const attentionInput = layerNorm(builder, entered, w("attention_norm"), w("attention_norm_bias"), normEpsilon);
  const query = projectTo(attentionInput, "query");
  const keyProjection = projectTo(attentionInput, "key");
  const valueProjection = projectTo(attentionInput, "value");
  const context = emitFrameAttention(
    builder,
    mixed,
    {
      query: splitHeads(query),
      keysTransposed: transpose(builder, splitHeads(keyProjection), [0, 1, 3, 2]),
      value: splitHeads(valueProjection),
    },
    { batch, patches, rows, columns, headSize, bias, mask: attentionMask },
  );
  const attentionOutput = projectLast(context, "output", "attention");
  const middle = add(builder, entered, gated(attentionOutput, "attention_gate"));

  const mlpInput = layerNorm(builder, middle, w("mlp_norm"), w("mlp_norm_bias"), normEpsilon);
  const inner = projectTo(mlpInput, "fc1");
  const activation = multiply(builder, activated(builder, single(inner)), mlpMask);
  const mlpOutput = projectLast(activation, "fc2", "mlp");
  const output = add(builder, middle, gated(mlpOutput, "mlp_gate"));
  return {
    slots,
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

/** See `TowerDefinition.forward`. */
export function forwardGraph(graphs: EncoderGraphs, options: VisionForwardOptions) {
  const { batch } = options;
  const builder = new GraphBuilder(`vision layer, batch ${batch}`);
  const values = emitLayer(builder, graphs, options);
  nameForwardOutputs(builder, values, options);
  return builder.build();
}

/** See `TowerDefinition.backward`. */
export function backwardGraph(graphs: EncoderGraphs, { losses, ...options }: BackwardOptions) {
  const builder = new GraphBuilder(`vision layer backward, batch ${options.batch}`);
  const values = emitLayer(builder, graphs, options);
  const { query, keyProjection, valueProjection, inner, mlpOutput, slots } = values;
  const scored = {
    attributed: {
      query_gradient: query,
      fc1_gradient: inner,
      ...(gatesMlp(slots) && { fc2_gradient: mlpOutput }),
    },
    others: { key_gradient: keyProjection, value_gradient: valueProjection },
  };
  nameBackwardOutputs(builder, values, scored, losses);
  return builder.build();
}
