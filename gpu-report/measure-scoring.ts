/** The fused scoring kernel against the same reduction composed of onnxruntime's operators, on one decoder layer. */
import { createScoringLayer, SMOLVLM_256M } from "../bench/scoring-layer.ts";
import type { DecoderConfig } from "../src/models/architectures/shared/decoder/config.ts";
import type { Backend } from "../src/runtime/backend.ts";
import { repeated } from "./budget.ts";
import type { Recorder } from "./recorder.ts";

/** The bundled model's decoder (`public/models/scenes/config.json`). */
const BUNDLED: DecoderConfig = {
  ...SMOLVLM_256M,
  vocabularySize: 640,
  hiddenSize: 128,
  intermediateSize: 384,
  layers: 12,
  heads: 8,
  keyValueHeads: 4,
  headSize: 16,
};

/** Tokens of one calibration batch: two samples of about 80. */
const ROWS = 162;
const REPEATS = 15;

/** A submission takes its time, whatever is in it: several in one measurement make small layers measurable. */
const CALLS = 8;

/** Milliseconds of a layer from which one is enough. */
const LONG = 100;

export async function measureScoring(backend: Backend, recorder: Recorder): Promise<void> {
  for (const [model, decoder] of [
    ["bundled model", BUNDLED],
    ["SmolVLM-256M", SMOLVLM_256M],
  ] as const) {
    const { hiddenSize, intermediateSize } = decoder;
    const name = `scoring a decoder layer of the ${model} (${hiddenSize} wide, MLP ${intermediateSize}), ${ROWS} tokens`;
    await recorder.compare(name, "ms", async () => {
      const layer = await createScoringLayer(backend, decoder, ROWS);
      const time = async (task: () => Promise<void>, calls: number) => {
        await backend.settle();
        const start = performance.now();
        for (let call = 0; call < calls; call++) await task();
        await backend.settle();
        return (performance.now() - start) / calls;
      };
      const measure = async (task: () => Promise<void>) => {
        // Pipelines are compiled in the first, and the second says how long it takes.
        await time(task, 1);
        const calls = (await time(task, 1)) > LONG ? 1 : CALLS;
        return repeated(recorder.budget, REPEATS, () => time(task, calls));
      };
      return { fused: await measure(layer.fused), composed: await measure(layer.composed) };
    });
  }
}
