/** A connector's two graphs, made from what it computes. */
import { gradients } from "../../../graph/differentiate.ts";
import { GraphBuilder, type Value } from "../../../graph/graph.ts";
import type { Precision } from "../../../graph/precision.ts";
import type { BatchSize, FrameBatch, MatrixFormat } from "../definition.ts";

/** Adds a connector to `builder`, and declares its inputs: what is differentiated by, and the features. */
export type EmitConnector = (
  builder: GraphBuilder,
  batch: number | string,
  precision?: Precision,
) => { readonly hidden: Value; readonly features: Value };

/** `connector` and `connectorBackward` of a `VisionDefinition`. */
export function connectorGraphs(emit: EmitConnector) {
  return {
    connector({ batch, precision }: FrameBatch & MatrixFormat) {
      const builder = new GraphBuilder(`connector, batch ${batch}`);
      builder.output("features", emit(builder, batch, precision).features);
      return builder.build();
    },
    connectorBackward({ batch, losses }: BatchSize & { readonly losses: number }) {
      const builder = new GraphBuilder(`connector backward, batch ${batch}`);
      const { hidden, features } = emit(builder, batch);
      for (let loss = 0; loss < losses; loss++) {
        const cotangent = builder.input(`gradient.${loss}`, features.shape);
        for (const gradient of gradients(builder, features, cotangent, [hidden])) {
          builder.output(`hidden_gradient.${loss}`, gradient);
        }
      }
      return builder.build();
    },
  };
}
