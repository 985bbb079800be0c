/**
 * Scoring one decoder layer by the fused kernel, and by the same reduction composed of onnxruntime operators (a product that
 * stores XᵀG, then Mul, Abs, ReduceSum), on random numbers.
 */
import { createRandom } from "../src/core/random.ts";
import { GraphBuilder } from "../src/graph/graph.ts";
import type { DecoderConfig } from "../src/models/architectures/shared/decoder/config.ts";
import { decoderDefinition } from "../src/models/architectures/shared/decoder/decoder.ts";
import { type Backend, output } from "../src/runtime/backend.ts";

/** SmolVLM-256M's decoder, as its config.json says. */
export const SMOLVLM_256M: DecoderConfig = {
  vocabularySize: 49280,
  hiddenSize: 576,
  intermediateSize: 1536,
  layers: 30,
  heads: 9,
  keyValueHeads: 3,
  headSize: 64,
  normEpsilon: 1e-5,
  ropeTheta: 100_000,
  maximumPositions: 8192,
  tieWordEmbeddings: false,
};

/** XᵀG-style product with its own buffer, times W, absolute, summed along rows or columns. */
function composedGraph(rows: number, outputs: number, inputs: number, axis: "rows" | "columns") {
  const builder = new GraphBuilder(`composed ${outputs}×${inputs} ${axis}`);
  const input = builder.input("input", [rows, inputs]);
  const gradient = builder.input("gradient", [rows, outputs]);
  const weight = builder.input("weight", [outputs, inputs]);
  const product = builder.emit("Gemm", [gradient, input], [outputs, inputs], { attributes: { transA: 1 } });
  const weighted = builder.emit("Mul", [product, weight], [outputs, inputs]);
  const absolute = builder.emit("Abs", [weighted], [outputs, inputs]);
  const sums = builder.emit(
    "ReduceSum",
    [absolute, builder.axes([axis === "rows" ? 1 : 0])],
    [axis === "rows" ? outputs : inputs],
    { attributes: { keepdims: 0 } },
  );
  builder.output("sums", sums);
  return builder.build();
}

export interface ScoringLayer {
  /** Both score every attributed weight of the layer once and resolve when that is submitted. */
  readonly fused: () => Promise<void>;
  readonly composed: () => Promise<void>;
}

/** The first layer of `decoder` with `rows` tokens on `backend`; what it uploads lives as long as the backend. */
export async function createScoringLayer(
  backend: Backend,
  decoder: DecoderConfig,
  rows: number,
): Promise<ScoringLayer> {
  const random = createRandom(1);
  const matrix = (height: number, width: number) =>
    backend.upload(
      Float32Array.from({ length: height * width }, () => random.next() - 0.5),
      [height, width],
    );
  const [{ scored: matrices } = { scored: [] }] = decoderDefinition(decoder, {
    prefix: "model",
    head: "lm_head.weight",
  }).layers;
  const cases = matrices
    .filter((scored) => scored.attributed)
    .map((scored) => ({
      scored,
      weight: matrix(scored.outputs, scored.inputs),
      input: matrix(rows, scored.inputs),
      gradient: matrix(rows, scored.outputs),
    }));
  const units = Math.max(decoder.hiddenSize, decoder.intermediateSize);
  const accumulator = backend.upload(new Float32Array(units), [units]);
  const programs = await Promise.all(
    cases.map(({ scored }) => backend.compile(composedGraph(rows, scored.outputs, scored.inputs, scored.axis))),
  );
  return {
    async fused() {
      for (const { scored, weight, input, gradient } of cases) {
        await backend.kernels.weightGradient({
          ...scored,
          ...{ weight, input, gradient, batches: 1, rowsPerBatch: rows },
          ...{ accumulator, accumulatorOffset: 0, scale: 1 },
        });
      }
    },
    async composed() {
      for (const [index, { weight, input, gradient }] of cases.entries()) {
        const program = programs[index];
        if (!program) throw new Error("A graph is missing.");
        backend.release(output(await backend.run(program, { weight, input, gradient }), "sums"));
      }
    },
  };
}
