/** Times load, calibration, generation and one evaluation of any engine. */
import type { BackendKind, CalibrationParameters, Engine, SampleInput } from "../src/engine/contract.ts";
import type { ModelSource } from "../src/models/model-source.ts";

export async function measureEngine(
  engine: Engine,
  model: { readonly source: ModelSource; readonly backend: BackendKind },
  input: SampleInput,
  calibration: CalibrationParameters,
) {
  const timed = async <T>(task: () => Promise<T>) => {
    const start = performance.now();
    const result = await task();
    return { result, seconds: (performance.now() - start) / 1000 };
  };
  const load = await timed(() => engine.load(model.source, { backend: model.backend }));
  // The first run compiles graphs and pipelines: it is timed on its own.
  const first = await timed(() => engine.generate(input, {}));
  const generation = await timed(() => engine.generate(input, {}));
  const ids = generation.result.tokens.map((token) => token.id);
  await engine.calibrate({ ...calibration, sampleLimit: calibration.batchSize });
  const calibrated = await timed(() => engine.calibrate(calibration));
  const keep = new Uint8Array(load.result.layout.unitCount).fill(1);
  await engine.evaluate(input, ids, { keep, meanInputs: null });
  const evaluation = await timed(() => engine.evaluate(input, ids, { keep: keep.fill(0, 0, 1), meanInputs: null }));
  await engine.dispose();
  return {
    backend: load.result.backend,
    loadSeconds: load.seconds,
    firstTraceSeconds: first.seconds,
    traceTokens: ids.length,
    tokensPerSecond: ids.length / generation.seconds,
    calibrationSamples: calibrated.result.samples,
    calibrationSecondsPerSample: calibrated.seconds / calibrated.result.samples,
    evaluationSeconds: evaluation.seconds,
  };
}
