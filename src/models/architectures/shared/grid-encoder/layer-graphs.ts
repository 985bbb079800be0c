/** The graphs of one layer of the tower, forward and back, for pictures of any size. */
import { invariant } from "../../../../core/errors.ts";
import { GraphBuilder, type Value } from "../../../../graph/graph.ts";
import { add, geluTanh, multiply, quickGelu, silu } from "../../../../graph/operations/elementwise.ts";
import { matmul } from "../../../../graph/operations/linear.ts";
import { layerNorm, rmsNorm } from "../../../../graph/operations/normalise.ts";
import { reshape, transpose } from "../../../../graph/operations/structure.ts";
import { times } from "../../../../graph/shape.ts";
import type {
  BackwardOptions,
  ForwardInputs,
  FrameBatch,
  LayerShape,
  PositionInputs,
  VisionForwardOptions,
} from "../../definition.ts";
import { halfRotation } from "../decoder/layer-graphs.ts";
import { emitFrameAttention } from "../frame-attention.ts";
import { nameBackwardOutputs, nameForwardOutputs } from "../layer-outputs.ts";
import { mixedPrecision, weightType } from "../mixed-precision.ts";
import { type GridEncoderConfig, headSizeOf } from "./config.ts";
import { type GridEncoderNames, layerWeights, mlpInputs } from "./layer-spec.ts";

/** What the graphs of a tower's layers are built from. */
export interface GridGraphs {
  readonly config: GridEncoderConfig;
  readonly names: GridEncoderNames;
}

/** Frames side by side, whose patches are counted when a graph runs. */
export function framesOf({ batch }: FrameBatch): number {
  invariant(typeof batch === "number", "Either the frames of a graph or their patches are counted when it is built.");
  return batch;
}

/** `norm` of the tower over `x`, with the weights of graph input `name`. */
export function emitNorm(
  builder: GraphBuilder,
  { norm, normEpsilon }: Pick<GridEncoderConfig, "norm" | "normEpsilon">,
  x: Value,
  weight: Value,
  bias: Value | undefined,
): Value {
  if (norm === "rootMeanSquare") return rmsNorm(builder, x, weight, normEpsilon);
  invariant(bias, "A LayerNorm has a bias.");
  return layerNorm(builder, x, weight, bias, normEpsilon);
}

type LayerOptions = FrameBatch & LayerShape & ForwardInputs & PositionInputs;

/** Adds one layer to `builder`; declares its inputs. */
function emitLayer(builder: GraphBuilder, { config, names }: GridGraphs, options: LayerOptions) {
  const { attentionUnits: heads, ownPositions = false, bias, compensation = false, precision = "float32" } = options;
  const mixed = mixedPrecision(builder, precision);
  const { operand, single, project } = mixed;
  const { hiddenSize: width } = config;
  const headSize = headSizeOf(config);
  const columns = heads * headSize;
  const batch = framesOf(options);
  const rows = times("T", batch);
  const hidden = builder.input("hidden", [rows, width]);
  const ropeShape = ownPositions ? [batch, 1, "T", headSize] : ["T", headSize];
  const cosine = builder.input("rope_cosine", ropeShape);
  const sine = builder.input("rope_sine", ropeShape);
  const attentionMask = builder.input("attention_mask", [columns]);
  const mlpMask = builder.input("mlp_mask", ["F"]);
  const { rows: entries, last } = mlpInputs(config.mlp);
  // The MLP's width is symbolic: the same graph runs sliced weights.
  const slicedShapes = new Map<string, readonly (number | string)[]>([
    ...entries.flatMap((input) => [[input, ["F", width]] as const, [`${input}_bias`, ["F"]] as const]),
    [last, [width, "F"]],
  ]);
  const weight: Record<string, Value> = Object.fromEntries(
    layerWeights(config, names, 0, { attentionUnits: heads, mlpUnits: config.intermediateSize }).map(
      ({ input, shape, rows: [begin, end] = [0, shape[0] ?? 0] }) => {
        const held = slicedShapes.get(input) ?? [end - begin, ...shape.slice(1)];
        return [input, builder.input(input, held, weightType(shape, precision))];
      },
    ),
  );
  const w = (name: string) => weight[name] as Value;
  const norm = (x: Value, name: string) => emitNorm(builder, config, x, w(name), weight[`${name}_bias`]);
  const projectTo = (x: Value, name: string) => project(x, w(name), w(`${name}_bias`));
  const projectLast = (x: Value, name: string, module: string) => {
    if (!compensation) return single(projectTo(x, name));
    const added = builder.input(`${module}_compensation`, [width]);
    return single(project(x, w(name), add(builder, w(`${name}_bias`), added)));
  };
  const splitHeads = (x: Value) => transpose(builder, reshape(builder, x, [batch, "T", heads, headSize]), [0, 2, 1, 3]);
  const rotation = builder.constant(halfRotation(headSize), [headSize, headSize]);
  const rotate = (projected: Value) => {
    const x = single(splitHeads(projected));
    const turned = multiply(builder, matmul(builder, x, rotation), sine);
    return operand(add(builder, multiply(builder, x, cosine), turned));
  };

  const attentionInput = norm(hidden, "attention_norm");
  const query = projectTo(attentionInput, "query");
  const keyProjection = projectTo(attentionInput, "key");
  const valueProjection = projectTo(attentionInput, "value");
  const context = emitFrameAttention(
    builder,
    mixed,
    {
      query: rotate(query),
      keysTransposed: transpose(builder, rotate(keyProjection), [0, 1, 3, 2]),
      value: splitHeads(valueProjection),
    },
    { batch, patches: "T", rows, columns, headSize, bias, mask: attentionMask },
  );
  const attentionOutput = projectLast(context, "output", "attention");
  const middle = add(builder, hidden, attentionOutput);

  const mlpInput = norm(middle, "mlp_norm");
  const inner = Object.fromEntries(entries.map((name) => [name, projectTo(mlpInput, name)]));
  const entered = (name: string) => single(inner[name] as Value);
  const curved =
    config.mlp === "gated"
      ? multiply(builder, silu(builder, entered("gate")), entered("up"))
      : (config.mlp === "quickGelu" ? quickGelu : geluTanh)(builder, entered("fc1"));
  const activation = multiply(builder, curved, mlpMask);
  const mlpOutput = projectLast(activation, last, "mlp");
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

/** See `TowerDefinition.forward`. */
export function forwardGraph(graphs: GridGraphs, options: VisionForwardOptions) {
  const builder = new GraphBuilder(`vision layer, batch ${options.batch}`);
  const values = emitLayer(builder, graphs, options);
  nameForwardOutputs(builder, values, options);
  return builder.build();
}

/** See `TowerDefinition.backward`. */
export function backwardGraph(graphs: GridGraphs, { losses, ...options }: BackwardOptions) {
  const builder = new GraphBuilder(`vision layer backward, batch ${options.batch}`);
  const values = emitLayer(builder, graphs, options);
  const { query, keyProjection, valueProjection, inner } = values;
  const entered = Object.fromEntries(Object.entries(inner).map(([name, value]) => [`${name}_gradient`, value]));
  const scored = {
    attributed: { query_gradient: query, ...entered },
    others: { key_gradient: keyProjection, value_gradient: valueProjection },
  };
  nameBackwardOutputs(builder, values, scored, losses);
  return builder.build();
}
