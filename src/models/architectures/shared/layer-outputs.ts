/** What a layer's forward and backward graphs give out, the same for every architecture. */
import { gradients } from "../../../graph/differentiate.ts";
import { type GraphBuilder, lastDimension, type Value } from "../../../graph/graph.ts";
import type { ForwardOutputs, LossTaps } from "../definition.ts";

/** The values inside a layer that scoring and statistics look at. */
export interface LayerValues {
  /** The layer's input, [rows, width]. */
  readonly hidden: Value;
  /** What it reads of pictures beside, where layers attend to them. */
  readonly states?: Value;
  readonly attentionInput: Value;
  /** Masked input of the output projection. */
  readonly context: Value;
  readonly attentionOutput: Value;
  readonly mlpInput: Value;
  /** Masked input of the down projection. */
  readonly activation: Value;
  readonly mlpOutput: Value;
  readonly output: Value;
}

/** Names the outputs of a forward graph, see `TowerDefinition`. */
export function nameForwardOutputs(builder: GraphBuilder, values: LayerValues, outputs: ForwardOutputs): void {
  builder.output("hidden_out", values.output);
  if (outputs.inputs) nameInputTaps(builder, values);
  if (!outputs.modules) return;
  builder.output("attention_output", values.attentionOutput);
  builder.output("mlp_output", values.mlpOutput);
}

/** Input tap of the matrices that make keys and values of pictures. */
export const PICTURE_STATES = "picture_states";

/** An input of the graph as a node's result, which outputs have to be. */
function asResult(builder: GraphBuilder, value: Value): Value {
  const width = Number(lastDimension(value.shape));
  return builder.emit("Reshape", [value, builder.constant(BigInt64Array.of(-1n, BigInt(width)), [2])], value.shape);
}

function nameInputTaps(builder: GraphBuilder, values: LayerValues): void {
  builder.output("attention_input", values.attentionInput);
  if (values.states) builder.output(PICTURE_STATES, asResult(builder, values.states));
  builder.output("attention_context", values.context);
  builder.output("mlp_input", values.mlpInput);
  builder.output("mlp_activation", values.activation);
}

/** Outputs of linear layers by whose gradients weights are scored, keyed by the stem of the gradient's name. */
export interface ScoredValues {
  /** What µCRASP counts, less the two last projections. */
  readonly attributed: Readonly<Record<string, Value>>;
  /** Keys and values. */
  readonly others: Readonly<Record<string, Value>>;
}

/** What each kind of loss gives out, see `LossTaps`. */
function tapsOf(values: LayerValues, scored: ScoredValues, taps: LossTaps): Readonly<Record<string, Value>> {
  if (taps === "columns") return { context_gradient: values.context, activation_gradient: values.activation };
  const attributed = { output_gradient: values.attentionOutput, ...scored.attributed };
  return taps === "attributed" ? attributed : { ...attributed, ...scored.others };
}

/**
 * Names the taps of a backward graph and adds the backward pass of each loss: an input `gradient.c`, and the gradients
 * by the layer's input and by what `losses` ask for as `stem.c`. The losses share the forward nodes.
 */
export function nameBackwardOutputs(
  builder: GraphBuilder,
  values: LayerValues,
  scored: ScoredValues,
  losses: readonly LossTaps[],
): void {
  nameInputTaps(builder, values);
  losses.forEach((taps, loss) => {
    const wanted = {
      hidden_gradient: values.hidden,
      ...(values.states && { states_gradient: values.states }),
      ...tapsOf(values, scored, taps),
    };
    const cotangent = builder.input(`gradient.${loss}`, values.output.shape);
    const stems = Object.keys(wanted);
    gradients(builder, values.output, cotangent, Object.values(wanted)).forEach((gradient, index) => {
      builder.output(`${stems[index]}.${loss}`, gradient);
    });
  });
}
