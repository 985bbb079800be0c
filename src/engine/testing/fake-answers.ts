/** What the fake engine answers, call by call. A call without a line is refused, so that no test takes a made-up answer. */
import { setImmediate } from "node:timers/promises";
import { PivotscopeError, throwIfCancelled } from "../../core/errors.ts";
import type { Pruning } from "../../core/pruning.ts";
import type { UnitLayout } from "../../core/unit.ts";
import type { ModelSource } from "../../models/model-source.ts";
import type {
  CalibrationParameters,
  CalibrationProgress,
  Call,
  EvaluationSample,
  LoadOptions,
  LoadProgress,
  ModelNeeds,
  OwnSample,
  SampleInput,
  SampleProgress,
  SpeedRun,
} from "../contract.ts";
import type { ArgumentsOf, CallName, ProgressOf, ResultOf } from "../worker/calls.ts";
import { fakeNeeds, fakeSummary } from "./fake-model.ts";
import {
  fakeLayerViews,
  fakePartialStatistics,
  fakeRecord,
  fakeSamplesDone,
  fakeStatistics,
} from "./fake-statistics.ts";
import { fakeAssessment, fakeMeasurement, fakeTrace } from "./fake-text.ts";

export type CallKind = Exclude<CallName, "dispose">;

/** What is kept of a call's arguments. */
export interface CallNotes {
  readonly keep?: Uint8Array | undefined;
  readonly input?: SampleInput;
  /** Places in the evaluation set. */
  readonly samples?: readonly number[];
  /** What stands in for the model's set. */
  readonly own?: readonly OwnSample[] | null;
  readonly source?: ModelSource;
  readonly options?: LoadOptions;
  /** Samples of a calibration that were summed before. */
  readonly from?: number;
}

interface FakeCall<Name extends CallKind> {
  notes?(...given: ArgumentsOf<Name>): CallNotes;
  /** What is reported before the first step. */
  start?(...given: ArgumentsOf<Name>): readonly ProgressOf<Name>[];
  answer(given: ArgumentsOf<Name>, call: Call<ProgressOf<Name>>): ResultOf<Name> | Promise<ResultOf<Name>>;
}

export type FakeAnswers = { readonly [Name in CallKind]?: FakeCall<Name> };

/** Twelve samples of three families, in turn. */
export const FAKE_EVALUATION_SET: readonly EvaluationSample[] = Array.from({ length: 12 }, (_, index) => ({
  family: ["physical", "quantitative", "commonsense"][index % 3] ?? null,
  kind: `kind ${index % 6}`,
  question: `Question ${index}?`,
  answer: index % 2 === 0 ? "three" : "yes",
}));

/** What tests may change between calls. */
export interface FakeTold {
  needs: Partial<ModelNeeds>;
  loading: readonly LoadProgress[];
  /** What checks of the device find. */
  deviceRight: boolean;
  /** Name of the check that loading leaves open where it is not known; null for none. */
  deviceCheck: string | null;
  /** What the model is sliced by; null without. */
  sliced: Uint8Array | null;
  /** Counted up by a calibration's batches. */
  runs: number;
  /** A calibration ends with this error once it has summed so many samples. */
  calibrationLoss: { readonly after: number; readonly error: PivotscopeError } | null;
}

const FAKE_MEMORY = {
  ...({ backend: "webgpu", precision: "float16", weights: 512e6, memory: 8 * 2 ** 30, stated: false } as const),
  pictures: [{ tokens: null, writing: 600e6, measuring: 700e6, calibrating: 900e6, fits: true, fitsWriting: true }],
  reason: "It takes up to 900 MB, calibration included; 8.59 GB are assumed of this GPU.",
};

export function fakeAnswers(layout: UnitLayout, told: FakeTold): FakeAnswers {
  return {
    inspect: {
      notes: (source, options) => ({ source, options }),
      answer: ([source]) => ({ ...fakeNeeds(source, layout), ...told.needs }),
    },
    countMemory: { answer: () => FAKE_MEMORY },
    setPictureBudget: { answer: () => undefined },
    setSamples: {
      notes: (own) => ({ own }),
      answer: ([own]) => own?.length ?? 8,
    },
    load: {
      notes: (source, { checked: _, ...options }) => ({ source, options }),
      start: () => told.loading,
      answer: ([source, { backend, checked }]) => ({
        ...fakeSummary(source.name, backend === "cpu" ? "cpu" : "webgpu", layout),
        ...(told.deviceCheck && !checked?.includes(told.deviceCheck)
          ? { checks: { passed: ["half"], open: told.deviceCheck }, precisionNote: "Unchecked." }
          : {}),
      }),
    },
    generate: {
      notes: (input, { pruning }) => ({ keep: pruning?.keep, input }),
      async answer([, { pruning, prefix = [] }], call) {
        const trace = fakeTrace(pruning?.keep);
        for (const token of trace.tokens.slice(prefix.length)) await step(call, () => token);
        return { ...trace, ...weightsOf(told, pruning) };
      },
    },
    calibrate: {
      notes: ({ keep }) => ({ from: fakeSamplesDone(keep?.from) }),
      start(order) {
        const from = fakeSamplesDone(order.keep?.from);
        return [calibrationProgress(order, from, from)];
      },
      async answer([order], call) {
        const { batchSize, keep, sampleLimit = 8 } = order;
        const from = fakeSamplesDone(keep?.from);
        let due = order.partial?.atLeast ?? Number.POSITIVE_INFINITY;
        const handOut = (done: number) => {
          if (done < Math.max(1, due) || done >= sampleLimit) return;
          due = 2 * done;
          const statistics = fakePartialStatistics(layout, done, batchSize);
          call.onProgress?.({ ...calibrationProgress(order, done, from), statistics });
        };
        handOut(from);
        for (let done = from + batchSize; done < sampleLimit; done += batchSize) {
          await step(call, () => {
            handOut(done);
            told.runs += 1;
            const kept = { record: fakeRecord(order, done), runs: told.runs };
            return { ...calibrationProgress(order, done, from), ...(keep ? kept : {}) };
          });
          if (told.calibrationLoss?.after === done) throw told.calibrationLoss.error;
        }
        call.onProgress?.(calibrationProgress(order, sampleLimit, from));
        return fakeStatistics(layout);
      },
    },
    checkDevice: { answer: () => ({ right: told.deviceRight, precisionNote: told.deviceRight ? "" : "It is wrong." }) },
    weightStatistics: { answer: () => fakeStatistics(layout) },
    exportModel: {
      async answer([{ name, format, to }], call) {
        const progress = { stage: "writing", total: 100, item: `${name}/${format}` } as const;
        for (const done of [50, 100]) await step(call, () => ({ ...progress, done }));
        return { bytes: 100, files: ["README.md", "config.json"], file: to ? null : new Blob(["zip"]) };
      },
    },
    slice: {
      notes: ({ keep }) => ({ keep }),
      start: () => [{ done: 1, total: 4 }],
      answer([{ keep }, { releaseDense = false }]) {
        told.sliced = keep;
        return {
          ...{ denseBytes: 400, slicedBytes: 200, denseParameters: 100, slicedParameters: 50 },
          denseReleased: releaseDense,
        };
      },
    },
    unslice: {
      answer() {
        told.sliced = null;
      },
    },
    checkSlice: {
      answer: ([, trace]) => ({
        positions: trace.length,
        logits: 2e-6,
        kl: 1e-9,
        tokens: trace.length,
        differsAt: null,
      }),
    },
    measureSpeed: { answer: ([, { weights, tokens }]) => fakeRun(weights === "dense" ? 2 : 1, tokens) },
    countRuns: { answer: () => told.runs },
    observeLayers: {
      answer([parameters], call) {
        const views = fakeLayerViews(layout, parameters);
        call.onProgress?.({ done: views.samples, total: views.samples });
        return views;
      },
    },
    evaluate: {
      notes: (input, _trace, { keep }) => ({ keep, input }),
      answer: ([, trace, pruning]) => ({ ...fakeMeasurement(trace, pruning.keep), ...weightsOf(told, pruning) }),
    },
    evaluationSet: { answer: () => FAKE_EVALUATION_SET },
    writeTraces: {
      notes: (samples) => ({ samples }),
      answer: ([samples], call) => answerEach(samples, call, () => fakeTrace()),
    },
    assess: {
      notes: ({ samples, pruning }) => ({ keep: pruning?.keep, samples }),
      answer: ([request], call) => answerEach(request.samples, call, (sample) => fakeAssessment(sample, request)),
    },
  };
}

/** The sliced weights answer where they are asked to for exactly their units. */
function weightsOf({ sliced }: FakeTold, pruning: Pruning | undefined): { weights?: "sliced" } {
  return pruning?.weights && sliced && pruning.keep.join() === sliced.join() ? { weights: "sliced" } : {};
}

/** One answer per sample, with a step between them in which the call can be cancelled. */
async function answerEach<Answer>(
  samples: readonly number[],
  call: Call<SampleProgress>,
  answer: (sample: number) => Answer,
): Promise<readonly Answer[]> {
  const answers: Answer[] = [];
  for (const sample of samples) {
    if (!FAKE_EVALUATION_SET[sample]) {
      throw new PivotscopeError("bad-input", `There is no evaluation sample ${sample}.`);
    }
    await step(call, () => ({ done: answers.push(answer(sample)), total: samples.length }));
  }
  return answers;
}

/** A step of a call in which it can be cancelled, and what is reported after it. */
async function step<Progress>({ signal, onProgress }: Call<Progress>, report: () => Progress): Promise<void> {
  await setImmediate();
  throwIfCancelled(signal);
  const progress = report();
  onProgress?.(progress);
}

function calibrationProgress(
  { sampleLimit = 8 }: CalibrationParameters,
  done: number,
  from: number,
): CalibrationProgress {
  const fraction = done / sampleLimit;
  return { sample: Math.max(1, done), samples: sampleLimit, pass: "forward", layer: 1, layers: 6, fraction, from };
}

/** A run whose times and bytes are so many times those of a small model. */
function fakeRun(times: number, tokens: number): SpeedRun {
  return {
    ...{ promptTokens: 10, firstToken: 20 * times, decodedTokens: tokens - 1, decode: 5 * times * (tokens - 1) },
    ...{ weightBytes: 200 * times, copyBytes: 0, cacheBytes: 40, peakBytes: 250 * times },
    shape: {
      ...{ matrixNumbers: 50 * times, weightBytes: 200 * times, keyValueHeads: 1, queryHeads: 2, headSize: 4 },
    },
  };
}
