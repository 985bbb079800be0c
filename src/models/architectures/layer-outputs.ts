/** What a layer's forward and backward graphs give out, the same for every architecture. */
import { gradients } from "../../graph/differentiate.ts";
import type { GraphBuilder, Value } from "../../graph/graph.ts";
import type { ForwardOutputs } from "./definition.ts";

/** The values inside a layer that scoring and statistics look at. */
export interface LayerValues {
  /** The layer's input, [rows, width]. */
  readonly hidden: Value;
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

function nameInputTaps(builder: GraphBuilder, values: LayerValues): void {
  builder.output("attention_input", values.attentionInput);
  builder.output("attention_context", values.context);
  builder.output("mlp_input", values.mlpInput);
  builder.output("mlp_activation", values.activation);
}

/**
 * Names the taps of a backward graph and adds the backward pass of each loss: an input `gradient.c`, and the gradients
 * by the layer's input, by the attention's output and by the values of `scored` as `stem.c`. The losses share the
 * forward nodes.
 */
export function nameBackwardOutputs(
  builder: GraphBuilder,
  values: LayerValues,
  scored: Readonly<Record<string, Value>>,
  losses: number,
): void {
  nameInputTaps(builder, values);
  const wanted = { hidden_gradient: values.hidden, output_gradient: values.attentionOutput, ...scored };
  for (let loss = 0; loss < losses; loss++) {
    const cotangent = builder.input(`gradient.${loss}`, values.output.shape);
    const stems = Object.keys(wanted);
    gradients(builder, values.output, cotangent, Object.values(wanted)).forEach((gradient, index) => {
      builder.output(`${stems[index]}.${loss}`, gradient);
    });
  }
}
