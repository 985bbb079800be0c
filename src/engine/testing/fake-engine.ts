/**
 * An engine without a model, for tests of what stands around one: the protocol and the store. Its numbers are made
 * from the arguments by fixed formulas; tests steer it through `gate` and `failNext`.
 */
import { PivotscopeError, throwIfCancelled } from "../../core/errors.ts";
import type { SampleScores } from "../../core/experiments/scores.ts";
import type { LayerViews } from "../../core/signals/layer-views.ts";
import type { Statistics } from "../../core/statistics.ts";
import { createUnitLayout, type Module, moduleKey, type Tower, type UnitLayout } from "../../core/unit.ts";
import type { Precision } from "../../graph/precision.ts";
import type { ModelSource } from "../../models/model-source.ts";
import type {
  Assessment,
  AssessmentRequest,
  BackendKind,
  CalibrationParameters,
  CalibrationProgress,
  Call,
  Engine,
  EvaluationSample,
  GenerateOptions,
  LayerViewParameters,
  LoadOptions,
  LoadProgress,
  Measurement,
  ModelChoice,
  ModelNeeds,
  ModelSummary,
  OwnSample,
  SampleInput,
  SampleProgress,
  Trace,
  TraceToken,
} from "../contract.ts";
import { fakeBaselines } from "./fake-baselines.ts";

export type CallKind =
  | "inspect"
  | "setSamples"
  | "load"
  | "generate"
  | "calibrate"
  | "observeLayers"
  | "evaluate"
  | "evaluationSet"
  | "writeTraces"
  | "assess";

export interface FakeEngine extends Engine {
  /** Every call that reached the engine, in order. */
  readonly calls: {
    readonly kind: CallKind;
    readonly keep?: Uint8Array | undefined;
    readonly input?: SampleInput;
    /** Places in the evaluation set. */
    readonly samples?: readonly number[];
    /** What stands in for the model's set. */
    readonly own?: readonly OwnSample[] | null;
    readonly source?: ModelSource;
    readonly options?: LoadOptions;
  }[];
  /** Calls of this kind wait before their first step until `open` is called. */
  gate(kind: CallKind): { open(): void };
  /** The next call of this kind rejects with this error after its first step. */
  failNext(kind: CallKind, error: PivotscopeError): void;
  /** From now on `inspect` answers with these changes. */
  answerNeeds(change: Partial<ModelNeeds>): void;
  /** What `load` reports before its first step. */
  reportLoading(progress: readonly LoadProgress[]): void;
  readonly disposed: boolean;
}

const DENSE = [" Step", " 1", ":", " I", " see", " three", " cones", ".", " Step", " 2", ":", " So"].concat([
  " the",
  " answer",
  " is",
  " three",
  ".",
  " Final",
  " Answer",
  ":",
  " three",
  "",
]);
/** What the pruned model says from the first mismatch on. */
const PRUNED_END = [" four", ".", " Final", " Answer", ":", " four", ""];
const MISMATCH = 15;
const VOCABULARY = [...new Set([...DENSE, ...PRUNED_END])];

export function fakeLayout(): UnitLayout {
  const modules: Module[] = [];
  const add = (tower: Tower, layer: number, heads: number, neurons: number) => {
    modules.push({
      key: moduleKey(tower, layer, "attn"),
      tower,
      layer,
      kind: "attn",
      unitCount: heads,
      unitCost: 4096,
    });
    modules.push({ key: moduleKey(tower, layer, "mlp"), tower, layer, kind: "mlp", unitCount: neurons, unitCost: 96 });
  };
  for (let layer = 0; layer < 2; layer += 1) add("vision", layer, 4, 64);
  for (let layer = 0; layer < 6; layer += 1) add("text", layer, 4, 96);
  return createUnitLayout(modules, 200_000);
}

export function createFakeEngine(): FakeEngine {
  const layout = fakeLayout();
  const calls: FakeEngine["calls"] = [];
  const gates = new Map<CallKind, Promise<void>>();
  const failures = new Map<CallKind, PivotscopeError>();
  let needsChange: Partial<ModelNeeds> = {};
  let loading: readonly LoadProgress[] = [{ stage: "weights", done: 500, total: 1000, item: "model.safetensors" }];
  let disposed = false;
  let running = 0;

  async function enter(kind: CallKind, signal: AbortSignal | undefined): Promise<void> {
    if (running > 0) throw new PivotscopeError("busy", `The engine is busy; ${kind} came in between.`);
    running += 1;
    try {
      await Promise.race([gates.get(kind) ?? macrotask(), aborted(signal)]);
      await macrotask();
      throwIfCancelled(signal);
      const failure = failures.get(kind);
      failures.delete(kind);
      if (failure) throw failure;
    } finally {
      running -= 1;
    }
  }

  return {
    calls,
    get disposed() {
      return disposed;
    },
    gate(kind) {
      let open = () => {};
      const closed = new Promise<void>((resolve) => (open = resolve));
      gates.set(kind, closed);
      return {
        open() {
          // A gate that has been put behind this one stays.
          if (gates.get(kind) === closed) gates.delete(kind);
          open();
        },
      };
    },
    failNext(kind, error) {
      failures.set(kind, error);
    },
    answerNeeds(change) {
      needsChange = change;
    },
    reportLoading(progress) {
      loading = progress;
    },
    async inspect(source, options, call) {
      calls.push({ kind: "inspect", source, options });
      await enter("inspect", call?.signal);
      return { ...needs(source, layout), ...needsChange };
    },
    async setSamples(samples, call) {
      calls.push({ kind: "setSamples", own: samples });
      await enter("setSamples", call?.signal);
      return samples?.length ?? 8;
    },
    async load(source, options, call) {
      calls.push({ kind: "load", source, options });
      for (const progress of loading) call?.onProgress?.(progress);
      await enter("load", call?.signal);
      return summary(source.name, options.backend === "cpu" ? "cpu" : "webgpu", layout);
    },
    async generate(input, options, call) {
      calls.push({ kind: "generate", keep: options.pruning?.keep, input });
      await enter("generate", call?.signal);
      return generate(options, layout, call);
    },
    async calibrate(parameters, call) {
      calls.push({ kind: "calibrate" });
      call?.onProgress?.(calibrationProgress(parameters, 0));
      await enter("calibrate", call?.signal);
      call?.onProgress?.(calibrationProgress(parameters, 1));
      return statistics(layout);
    },
    async observeLayers(parameters, call) {
      calls.push({ kind: "observeLayers" });
      await enter("observeLayers", call?.signal);
      const views = layerViews(layout, parameters);
      call?.onProgress?.({ done: views.samples, total: views.samples });
      return views;
    },
    async evaluate(input, trace, { keep }, call) {
      calls.push({ kind: "evaluate", keep, input });
      await enter("evaluate", call?.signal);
      return measure(trace, keep);
    },
    async evaluationSet(call) {
      calls.push({ kind: "evaluationSet" });
      await enter("evaluationSet", call?.signal);
      return FAKE_EVALUATION_SET;
    },
    async writeTraces(samples, call) {
      calls.push({ kind: "writeTraces", samples });
      await enter("writeTraces", call?.signal);
      return answerEach(samples, call, () => ({ tokens: DENSE.map(token), text: DENSE.join(""), finish: "stop" }));
    },
    async assess(request, call) {
      const { samples, pruning } = request;
      calls.push({ kind: "assess", keep: pruning?.keep, samples });
      await enter("assess", call?.signal);
      return answerEach(samples, call, (sample) => assess(sample, request));
    },
    async dispose() {
      disposed = true;
    },
  };
}

/** Twelve samples of three families, in turn. */
export const FAKE_EVALUATION_SET: readonly EvaluationSample[] = Array.from({ length: 12 }, (_, index) => ({
  family: ["physical", "quantitative", "commonsense"][index % 3] ?? null,
  kind: `kind ${index % 6}`,
  question: `Question ${index}?`,
  answer: index % 2 === 0 ? "three" : "yes",
}));

/** One answer per sample, with a step between them in which the call can be cancelled. */
async function answerEach<Answer>(
  samples: readonly number[],
  call: Call<SampleProgress> | undefined,
  answer: (sample: number) => Answer,
): Promise<readonly Answer[]> {
  const answers: Answer[] = [];
  for (const sample of samples) {
    if (!FAKE_EVALUATION_SET[sample]) {
      throw new PivotscopeError("bad-input", `There is no evaluation sample ${sample}.`);
    }
    await macrotask();
    throwIfCancelled(call?.signal);
    answers.push(answer(sample));
    call?.onProgress?.({ done: answers.length, total: samples.length });
  }
  return answers;
}

/** Scores fall and KL grows with the share of units that is gone, a little differently for each sample. */
function assess(sample: number, { pruning, generate: writes }: AssessmentRequest): Assessment {
  const keep = pruning?.keep;
  const removed = keep ? removedShare(keep) : 0;
  const broken = breaks(keep);
  const kl = Float32Array.from(DENSE, (_, position) => removed * (1 + Math.sin(position + sample)));
  const written = (value: number) => (writes ? value : Number.NaN);
  const scores: SampleScores = {
    kl: kl.reduce((sum, value) => sum + value, 0) / kl.length,
    nll: DENSE.length * (0.02 + removed),
    tokens: DENSE.length,
    exactMatch: written(broken && sample % 2 === 1 ? 0 : 1),
    sameAnswer: written(broken && sample % 2 === 1 ? 0 : 1),
    allTrue: written(broken ? 0 : 1),
    grounding: written(10 * (1 - removed)),
    hallucination: written(10 * removed),
    coherence: written(1 - removed),
    format: written(1 - removed / 2),
    judge: written(10 * (1 - removed) - (sample % 3) / 10),
    f1: written(1 - removed),
    bleu: written((1 - removed) ** 2),
    similarity: written(1 - removed / 3),
  };
  const texts = broken ? [...DENSE.slice(0, MISMATCH), ...PRUNED_END] : DENSE;
  return { sample, scores, kl, text: writes ? texts.join("").trim() : null };
}

function macrotask(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function aborted(signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => signal?.addEventListener("abort", () => resolve(), { once: true }));
}

function removedShare(keep: Uint8Array): number {
  return 1 - keep.reduce((sum, kept) => sum + kept, 0) / keep.length;
}

/** The pruned model speaks otherwise once more than three tenths of the units are gone. */
function breaks(keep: Uint8Array | undefined): boolean {
  return keep !== undefined && removedShare(keep) > 0.3;
}

function token(text: string): TraceToken {
  return { id: VOCABULARY.indexOf(text), text };
}

async function generate(
  options: GenerateOptions,
  _layout: UnitLayout,
  call: Call<TraceToken> | undefined,
): Promise<Trace> {
  const texts = breaks(options.pruning?.keep) ? [...DENSE.slice(0, MISMATCH), ...PRUNED_END] : DENSE;
  const tokens = texts.map(token);
  const given = options.prefix?.length ?? 0;
  for (const next of tokens.slice(given)) {
    await macrotask();
    throwIfCancelled(call?.signal);
    call?.onProgress?.(next);
  }
  return { tokens, text: texts.join(""), finish: "stop" };
}

function calibrationProgress(parameters: CalibrationParameters, fraction: number): CalibrationProgress {
  const samples = parameters.sampleLimit ?? 8;
  return { sample: Math.max(1, samples * fraction), samples, pass: "forward", layer: 1, layers: 6, fraction };
}

function statistics(layout: UnitLayout): Statistics {
  const wave = (index: number, step: number) => 1 + Math.sin(index * step) ** 2;
  return {
    attributionGlobal: Float64Array.from({ length: layout.unitCount }, (_, unit) => wave(unit, 0.7)),
    attributionPivot: Float64Array.from({ length: layout.unitCount }, (_, unit) => wave(unit, 1.3)),
    cmds: Float64Array.from(layout.modules, (module, index) => (module.tower === "text" ? wave(index, 0.4) / 4 : 0)),
    sens: Float64Array.from(layout.modules, (_, index) => wave(index, 0.9)),
    samples: 8,
    batches: 4,
    pivotBatches: 4,
    baselines: fakeBaselines(layout),
  };
}

/** Layers that do more the later they come, text before vision. */
function layerViews(layout: UnitLayout, { samples = 16, outlierFactor = 3 }: LayerViewParameters): LayerViews {
  const towers = (["text", "vision"] as const).map((tower) =>
    layout.modules.filter((module) => module.tower === tower && module.kind === "mlp"),
  );
  const layers = towers.flat().map(({ tower, layer }) => ({
    tower,
    layer,
    blockInfluence: 0.1 + 0.05 * layer,
    outlierShare: (0.02 + 0.01 * layer) / outlierFactor,
    tampDensity: tower === "text" ? 1.5 + 0.1 * layer : null,
  }));
  return { samples, outlierFactor, layers };
}

function measure(trace: readonly number[], keep: Uint8Array): Measurement {
  const removed = removedShare(keep);
  const broken = breaks(keep);
  const kl = Float32Array.from(
    trace,
    (_, position) => removed * (1 + Math.sin(position)) * (position % 5 === 0 ? 3 : 0.2),
  );
  const four = token(" four").id;
  return {
    kl,
    nll: kl.map((value) => 0.02 + value),
    denseNll: kl.map(() => 0.02),
    argmax: Int32Array.from(trace, (id, position) => (broken && position === MISMATCH ? four : id)),
    argmaxTexts: trace.map((id, position) => (broken && position === MISMATCH ? " four" : `<${id}>`)),
    perplexity: Math.exp(0.02 + removed),
    densePerplexity: Math.exp(0.02),
  };
}

function needs(source: ModelSource, layout: UnitLayout): ModelNeeds {
  return {
    name: source.name,
    architecture: "idefics3",
    parameters: layout.totalParameters,
    version: "abc123",
    files: [
      { path: "config.json", bytes: 1_000, cachedBytes: 1_000 },
      { path: "model.safetensors", bytes: 400_000, cachedBytes: 100_000 },
    ],
    bytesToFetch: 300_000,
    bytesCached: 101_000,
    dtypes: ["BF16"],
    note: "",
    choices: [fakeChoice("webgpu", "float16"), fakeChoice("webgpu", "float32"), fakeChoice("cpu", "float32")],
  };
}

/** A way to run the fake model; it fits unless told otherwise. */
export function fakeChoice(backend: BackendKind, precision: Precision, fits = true): ModelChoice {
  return {
    backend,
    precision,
    weightBytes: precision === "float16" ? 400_000 : 800_000,
    largestBuffer: 100_000,
    bufferLimit: backend === "cpu" ? null : 134_217_728,
    fits,
    reason: fits ? "It fits." : "The largest buffer needs 200 MB; this GPU allows 134 MB.",
  };
}

function summary(name: string, backend: "webgpu" | "cpu", layout: UnitLayout): ModelSummary {
  return {
    name,
    weightHash: "0123456789abcdef",
    architecture: "idefics3",
    layout,
    backend,
    backendNote: "",
    weightBytes: 800_000,
    precision: "float32",
    precisionNote: "",
    cacheNote: "",
    splitsPictures: true,
    vision: true,
    imageTokens: 16,
    vocabularySize: VOCABULARY.length,
    maximumTokens: 128,
    recommended: { window: 2 },
    calibrationSamples: 8,
  };
}
