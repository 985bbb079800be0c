/**
 * The fused scoring kernel against the same reduction composed of onnxruntime operators (a product that stores XᵀG,
 * then Mul, Abs, ReduceSum), on the five scored weights of one SmolVLM-256M decoder layer: time and GPU bytes.
 */
import { createRandom } from "../src/core/random.ts";
import { GraphBuilder } from "../src/graph/graph.ts";
import { decoderDefinition } from "../src/models/architectures/shared/decoder/decoder.ts";
import { output, type Tensor } from "../src/runtime/backend.ts";
import { createWebGpuBackendOn } from "../src/runtime/browser.ts";
import { requestDevice } from "../src/runtime/webgpu/device.ts";
import { median } from "./statistics.ts";

/** SmolVLM-256M's decoder, as its config.json says. */
const SMOLVLM_256M = {
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

/** @param rows tokens of one calibration batch. */
export async function benchScoring(rows: number, repeats: number) {
  const device = await requestDevice({ largestBuffer: 0 });
  let allocated = 0;
  const createBuffer = device.createBuffer.bind(device);
  device.createBuffer = (descriptor) => {
    allocated += descriptor.size;
    return createBuffer(descriptor);
  };
  const backend = await createWebGpuBackendOn(device);
  const random = createRandom(1);
  const matrix = (height: number, width: number) =>
    backend.upload(
      Float32Array.from({ length: height * width }, () => random.next() - 0.5),
      [height, width],
    );
  const [{ scored: matrices } = { scored: [] }] = decoderDefinition(SMOLVLM_256M, {
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
  const accumulator = backend.upload(new Float32Array(1536), [1536]);

  const fused = () => {
    for (const { scored, weight, input, gradient } of cases) {
      backend.kernels.weightGradient({
        ...scored,
        weight,
        input,
        gradient,
        batches: 1,
        rowsPerBatch: rows,
        accumulator,
        accumulatorOffset: 0,
        scale: 1,
      });
    }
    return Promise.resolve();
  };
  const programs = await Promise.all(
    cases.map(({ scored }) => backend.compile(composedGraph(rows, scored.outputs, scored.inputs, scored.axis))),
  );
  const composed = async () => {
    for (const [index, { weight, input, gradient }] of cases.entries()) {
      const program = programs[index];
      if (!program) throw new Error("A graph is missing.");
      const sums: Tensor = output(await backend.run(program, { weight, input, gradient }), "sums");
      backend.release(sums);
    }
  };

  const measure = async (task: () => Promise<void>) => {
    await backend.settle();
    allocated = 0;
    await task();
    await backend.settle();
    const bytes = allocated;
    const times: number[] = [];
    for (let repeat = 0; repeat < repeats; repeat++) {
      const start = performance.now();
      await task();
      await backend.settle();
      times.push(performance.now() - start);
    }
    return { milliseconds: median(times), bytesAllocated: bytes };
  };
  const fusedResult = await measure(fused);
  const composedResult = await measure(composed);
  await backend.dispose();
  return {
    layer: "SmolVLM-256M decoder layer, query, output, gate, up, down",
    rows,
    fused: fusedResult,
    composed: composedResult,
    timeRatio: composedResult.milliseconds / fusedResult.milliseconds,
    bytesRatio: composedResult.bytesAllocated / fusedResult.bytesAllocated,
  };
}
