/** Σ|w| and Σw² along the lines of every matrix that units own a part of; one small graph per tower, run per layer. */
import type { WeightTerms } from "../../core/statistics.ts";
import type { Module, Tower } from "../../core/unit.ts";
import { type Graph, GraphBuilder, type Value } from "../../graph/graph.ts";
import { concatenate } from "../../graph/operations/structure.ts";
import { type LayerSpec, type ScoredWeight, towersOf } from "../../models/architectures/definition.ts";
import { output } from "../../runtime/backend.ts";
import type { Model } from "../pass/model.ts";
import { openScope } from "../pass/scope.ts";
import { layerWeightsIn } from "../pass/weight-precision.ts";

export interface LineNorms {
  readonly absolute: Float64Array;
  readonly square: Float64Array;
}

/** A matrix with its norms, as statistics hold it. */
export function weightTerms(scored: ScoredWeight, norms: LineNorms): WeightTerms {
  return {
    matrix: scored.slot,
    linesPerUnit: scored.groupSize,
    lineLength: scored.axis === "rows" ? scored.inputs : scored.outputs,
    ...norms,
  };
}

/** Rows or columns that a matrix is cut into. */
export function lineCountOf(scored: ScoredWeight): number {
  return scored.axis === "rows" ? scored.outputs : scored.inputs;
}

interface LineNormsOptions extends Pick<LayerSpec, "scored"> {
  readonly tower: Tower;
}

/** The matrices of one layer → `norms`: of each matrix in the order of `scored` Σ|w| per line, then Σw² per line. */
export function lineNormsGraph({ tower, scored: matrices }: LineNormsOptions): Graph {
  const builder = new GraphBuilder(`${tower} line norms`);
  const parts = matrices.flatMap((scored) => {
    const weight = builder.input(scored.slot, [scored.outputs, scored.inputs]);
    const axes = builder.axes([scored.axis === "rows" ? 1 : 0]);
    return ["ReduceL1", "ReduceSumSquare"].map((operator) =>
      builder.emit(operator, [weight, axes], [lineCountOf(scored)], { attributes: { keepdims: 0 } }),
    );
  });
  const join = (left: Value, right: Value) =>
    concatenate(builder, left, right, 0, Number(left.shape[0]) + Number(right.shape[0]));
  // Two at a time: a GPU binds only a few buffers at once.
  builder.output("norms", parts.reduce(join));
  return builder.build();
}

/** Reads the norms of all layers; the result gives those of matrix `matrix` of a module, counted within the module. */
export async function readLineNorms(model: Model): Promise<(module: Module, matrix: number) => LineNorms> {
  const { backend, definition } = model;
  const norms = new Map<string, LineNorms[]>();
  for (const { tower: name, layers } of towersOf(definition)) {
    for (const [layer, { scored: matrices }] of layers.entries()) {
      const program = await model.programs.get(lineNormsGraph, { tower: name, scored: matrices });
      using scope = openScope(backend);
      const outputs = await scope.run(program, await layerWeightsIn(scope, model, name, layer));
      const values = await backend.read(output(outputs, "norms"));
      let offset = 0;
      const take = (length: number) => {
        const taken = Float64Array.from(values.subarray(offset, offset + length));
        offset += length;
        return taken;
      };
      for (const scored of matrices) {
        const key = `${name}.${layer}.${scored.kind}`;
        const lines = lineCountOf(scored);
        norms.set(key, [...(norms.get(key) ?? []), { absolute: take(lines), square: take(lines) }]);
      }
    }
  }
  return (module, matrix) => {
    const found = norms.get(module.key)?.[matrix];
    return found ?? { absolute: new Float64Array(0), square: new Float64Array(0) };
  };
}
