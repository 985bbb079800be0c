/** Graphs of pictures whose features take the place of rows of the text tower. */
import { GraphBuilder } from "../../../graph/graph.ts";
import { interleaveRows } from "../../../graph/operations/structure.ts";

/** See `VisionDefinition.merge`. */
export function mergeGraph(textWidth: number) {
  const builder = new GraphBuilder("merge");
  const text = builder.input("text", ["R", textWidth]);
  const features = builder.input("features", ["M", textWidth]);
  const index = builder.input("index", ["R"], "int32");
  builder.output("hidden_out", interleaveRows(builder, text, features, index));
  return builder.build();
}
