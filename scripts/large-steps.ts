/** The steps that scripts/large.ts measures, the same for every home of the engine. */
import { defaultPivotParameters } from "../src/core/pivots.ts";
import type { BackendKind, Engine, Picture } from "../src/engine/contract.ts";
import type { Precision } from "../src/graph/precision.ts";
import type { ModelSource } from "../src/models/model-source.ts";

export interface LargeOptions {
  readonly source: ModelSource;
  readonly backend: BackendKind;
  readonly precision: "auto" | Precision;
  readonly tokens: number;
}

export interface LargeSteps {
  load(): Promise<{
    readonly seconds: number;
    readonly weightBytes: number;
    readonly precision: string;
    readonly note: string;
    readonly parameters: number;
    readonly weightHash: string;
    readonly largestAtOnce: number;
  }>;
  /** Writes `tokens` tokens about the first picture, twice: graphs are compiled in the first. */
  generate(): Promise<{ readonly firstSeconds: number; readonly seconds: number; readonly tokens: readonly number[] }>;
  /** One batch of two samples, each a picture with what the dense model wrote about it. */
  calibrate(): Promise<{ readonly seconds: number; readonly samples: number; readonly nonzero: number }>;
}

const QUESTION = "Can you describe this image?";

async function timed<Result>(task: () => Promise<Result>): Promise<{ seconds: number; result: Result }> {
  const start = performance.now();
  const result = await task();
  return { seconds: (performance.now() - start) / 1000, result };
}

export function largeSteps(engine: Engine, pictures: readonly Picture[], options: LargeOptions): LargeSteps {
  const { source, backend, precision, tokens } = options;
  const write = async (picture: Picture) => {
    const trace = await engine.generate({ picture, question: QUESTION }, { maximumTokens: tokens });
    return trace.tokens.map(({ id }) => id);
  };
  const first = () => {
    const [picture] = pictures;
    if (picture === undefined) throw new Error("There are no pictures.");
    return picture;
  };
  return {
    async load() {
      let before = 0;
      let largestAtOnce = 0;
      const { seconds, result } = await timed(() =>
        engine.load(
          source,
          { backend, precision },
          {
            onProgress({ stage, done }) {
              if (stage !== "weights") return;
              largestAtOnce = Math.max(largestAtOnce, done - before);
              before = done;
            },
          },
        ),
      );
      const { weightBytes, precisionNote, layout, weightHash } = result;
      return {
        seconds,
        weightBytes,
        precision: result.precision,
        note: precisionNote,
        parameters: layout.totalParameters,
        weightHash,
        largestAtOnce,
      };
    },
    async generate() {
      const compiled = await timed(() => write(first()));
      const again = await timed(() => write(first()));
      return { firstSeconds: compiled.seconds, seconds: again.seconds, tokens: again.result };
    },
    async calibrate() {
      const samples = [];
      for (const picture of pictures.slice(0, 2)) {
        samples.push({ picture, question: QUESTION, trace: await write(picture), answer: null });
      }
      await engine.setSamples(samples);
      const { seconds, result } = await timed(() =>
        engine.calibrate({ batchSize: 2, pivots: { ...defaultPivotParameters(), window: 2 } }),
      );
      const nonzero = result.attributionGlobal.reduce((count, value) => count + (value > 0 ? 1 : 0), 0);
      return { seconds, samples: result.samples, nonzero };
    },
  };
}
