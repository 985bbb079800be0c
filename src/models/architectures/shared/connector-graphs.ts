/** A connector's two graphs, made from what it computes. */
import { invariant } from "../../../core/errors.ts";
import { gradients, influences } from "../../../graph/differentiate.ts";
import { GraphBuilder, type Value } from "../../../graph/graph.ts";
import { add } from "../../../graph/operations/elementwise.ts";
import type { Precision } from "../../../graph/precision.ts";
import type { BatchSize, FrameBatch, MatrixFormat } from "../definition.ts";

/** Adds a connector to `builder`, and declares its inputs: what is differentiated by, and the features. */
export type EmitConnector = (
  builder: GraphBuilder,
  batch: number | string,
  precision?: Precision,
) => {
  readonly hidden: Value;
  readonly features: Value;
  /** See `VisionDefinition.connectorLayers`. */
  readonly states?: readonly Value[];
  /** See `VisionDefinition.addedBehind`. */
  readonly added?: readonly Value[];
};

/** `connector` and `connectorBackward` of a `VisionDefinition`. */
export function connectorGraphs(emit: EmitConnector) {
  return {
    connector({ batch, precision }: FrameBatch & MatrixFormat) {
      const builder = new GraphBuilder(`connector, batch ${batch}`);
      const { features, added = [] } = emit(builder, batch, precision);
      builder.output("features", features);
      for (const [place, value] of added.entries()) builder.output(`features.${place}`, value);
      return builder.build();
    },
    connectorBackward({ batch, losses }: BatchSize & { readonly losses: number }) {
      const builder = new GraphBuilder(`connector backward, batch ${batch}`);
      const { hidden, features, states = [], added = [] } = emit(builder, batch);
      for (let loss = 0; loss < losses; loss++) {
        // Each of what it reads leads to one of what it gives, or all of them to the same.
        const sums = new Map<Value, Value>();
        const goBack = (from: Value, cotangent: Value) => {
          const wanted = [hidden, ...states].filter((value) => influences(value, from));
          gradients(builder, from, cotangent, wanted).forEach((gradient, index) => {
            const value = wanted[index] as Value;
            const before = sums.get(value);
            sums.set(value, before ? add(builder, before, gradient) : gradient);
          });
        };
        goBack(features, builder.input(`gradient.${loss}`, features.shape));
        for (const [place, value] of added.entries()) {
          goBack(value, builder.input(`gradient.${place}.${loss}`, value.shape));
        }
        for (const [place, value] of [hidden, ...states].entries()) {
          const name = place === 0 ? `hidden_gradient.${loss}` : `states_gradient.${place - 1}.${loss}`;
          const sum = sums.get(value);
          invariant(sum, `The connector does not read its input ${value.name}.`);
          builder.output(name, sum);
        }
      }
      return builder.build();
    },
  };
}
