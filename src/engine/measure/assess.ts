/**
 * Models measured on samples of the evaluation set, many at a time.
 *
 * Dense traces are written once per session. Dense hidden states are kept for the samples of the last call, so that one model
 * after another is compared with them. A pruned model writes its own trace only where, teacher-forced on the dense trace,
 * it would say another token somewhere: everywhere else its greedy trace is the dense one, see core/trace-limit.ts, and
 * what it has agreed with up to there is taken as given.
 */

import { PivotscopeError, throwIfCancelled } from "../../core/errors.ts";
import { onDemand } from "../../core/on-demand.ts";
import { prunedTokenLimit } from "../../core/trace-limit.ts";
import type { EvaluationEntry } from "../../models/samples.ts";
import type { Tensor } from "../../runtime/backend.ts";
import type { Assessment, AssessmentRequest, Call, SampleProgress, Trace } from "../contract.ts";
import { type Generation, generateBatch, type SampleToGenerate } from "../generate/generate.ts";
import { traceOfGeneration } from "../generate/trace-text.ts";
import { type Batch, batchesOf, type PreparedSample } from "../pass/batch.ts";
import { lastStates } from "../pass/last-states.ts";
import type { MaskSet } from "../pass/masks.ts";
import { samplesAtOnce, samplesWritten, sequencesOf } from "../pass/memory-plan.ts";
import { limitsOf } from "../pass/model-memory.ts";
import { openScope } from "../pass/scope.ts";
import { DEFAULT_TRACE_LIMIT, type Session } from "../session.ts";
import type { AssessedSample } from "./assess-scores.ts";
import { batchOf, measureBatch, type SampleMeasurement } from "./evaluate.ts";
import type { EvaluationSet } from "./evaluation-set.ts";

export interface Assessor {
  writeTraces(samples: readonly number[], call: Call<SampleProgress>): Promise<readonly Trace[]>;
  /** @param masks of the request's pruning, null for the dense model. */
  assess(
    request: Pick<AssessmentRequest, "samples" | "generate">,
    masks: MaskSet | null,
    call: Call<SampleProgress>,
  ): Promise<readonly Assessment[]>;
  /** Takes traces by place that the dense model wrote earlier; those that are known stay. */
  adoptTraces(earlier: ReadonlyMap<number, Trace>): void;
  /** Releases the dense hidden states that are kept. */
  release(): void;
}

/** Bytes of dense hidden states that are kept for the next model. */
const KEPT_STATE_BYTES = 256 * 2 ** 20;

/**
 * Samples at once, by backend. On a CPU writing gains most with many (3.4 times as fast with 32 as one by one), comparing
 * with few, because larger batches fall out of the cache (1.4 times with 4, 0.8 times with 16). `npm run bench -- batches`.
 */
const BATCH_SAMPLES = { writing: { cpu: 32, webgpu: 32 }, comparing: { cpu: 4, webgpu: 32 } } as const;

/** A sample of the set that is to be written; its frames are fetched with its batch. */
interface SampleToWrite extends Omit<SampleToGenerate, "input"> {
  readonly place: number;
  readonly prompt: readonly number[];
}

/** A batch of samples with their dense traces. */
interface Chunk {
  /** Places in the evaluation set. */
  readonly places: readonly number[];
  readonly batch: Batch;
}

/** The judge and the texts' metrics: no one who opens the page needs them. */
const loadScores = onDemand(() => import("./assess-scores.ts"));

/** @param known dense traces by place that need not be written. */
export function createAssessor(
  session: Session,
  set: EvaluationSet,
  known: ReadonlyMap<number, Trace> = new Map(),
): Assessor {
  const { model, checkpoint, denseMasks } = session;
  const { backend } = model;
  const memory = limitsOf(model);
  const rowBytes = model.definition.text.width * 4;
  const traces = new Map(known);
  const kept = new Map<string, { readonly states: Tensor; readonly bytes: number }>();

  /**
   * Generates `samples` in as many batches as they need, with the frames of one batch at a time. `onFinished` hears of
   * each sample as soon as it is complete.
   */
  const generate = async (
    samples: readonly SampleToWrite[],
    masks: MaskSet,
    signal: AbortSignal | undefined,
    onFinished: (place: number, generation: Generation) => void,
  ) => {
    const lengths = samples.map(({ prompt, prefix }) => prompt.length + prefix.length);
    const longest = Math.max(1, ...lengths);
    const whole = Math.max(longest, ...samples.map(({ prompt, maximumTokens }) => prompt.length + maximumTokens));
    const fitting = samplesWritten(model.definition, longest, whole, memory);
    for (const batch of batchesOf(lengths, Math.min(BATCH_SAMPLES.writing[backend.kind], fitting))) {
      const chosen = batch.flatMap((index) => samples[index] ?? []);
      const places = chosen.map(({ place }) => place);
      const inputs = await set.prepare(places, signal);
      await generateBatch(model, {
        samples: chosen.map(({ prompt, prefix, maximumTokens }, index) => ({
          input: { prompt, frames: inputs[index]?.frames ?? [] },
          prefix,
          maximumTokens,
        })),
        masks,
        stopIds: checkpoint.stopIds,
        signal,
        onFinished: (index, generation) => onFinished(places[index] ?? 0, generation),
      });
    }
  };

  /** Dense traces of `places`, in their order; those that are not known yet are written. */
  const tracesOf = async (
    places: readonly number[],
    signal: AbortSignal | undefined,
    onProgress: (progress: SampleProgress) => void = () => undefined,
  ): Promise<readonly Trace[]> => {
    const missing = [...new Set(places)].filter((place) => !traces.has(place));
    const report = () => onProgress({ done: places.filter((place) => traces.has(place)).length, total: places.length });
    const outlines = await set.outlines(missing, signal);
    report();
    await generate(
      outlines.map(({ prompt }, index) => ({
        place: missing[index] ?? 0,
        prompt,
        prefix: [],
        maximumTokens: DEFAULT_TRACE_LIMIT,
      })),
      denseMasks,
      signal,
      (place, generation) => {
        traces.set(place, traceOfGeneration(checkpoint, generation));
        report();
      },
    );
    return places.map((place) => {
      const trace = traces.get(place);
      if (trace && trace.tokens.length > 0) return trace;
      throw new PivotscopeError(
        "bad-input",
        `${set.nameOf(place)} leaves the model no room to write: its prompt fills all positions.`,
        "Leave this sample out, or shorten its question.",
      );
    });
  };

  /** Batches of one comparison each, of as many samples as go through a layer at once. */
  const chunksOf = (samples: ReadonlyMap<number, PreparedSample>): readonly Chunk[] => {
    const places = [...samples.keys()];
    const lengths = places.map(
      (place) => (samples.get(place)?.prompt.length ?? 0) + (samples.get(place)?.trace.length ?? 0),
    );
    const fitting = samplesAtOnce(sequencesOf(model.definition, "text", Math.max(1, ...lengths)), 0, memory);
    return batchesOf(lengths, Math.min(BATCH_SAMPLES.comparing[backend.kind], fitting)).map((batch) => {
      const chosen = batch.flatMap((index) => places[index] ?? []);
      return {
        places: chosen,
        batch: batchOf(
          model,
          chosen.flatMap((place) => samples.get(place) ?? []),
        ),
      };
    });
  };

  const release = (keys: Iterable<string> = [...kept.keys()]) => {
    for (const key of keys) {
      const entry = kept.get(key);
      if (entry) backend.release(entry.states);
      kept.delete(key);
    }
  };

  /** Calls `use` with the dense hidden states of `chunk`, which are kept afterwards when there is room. */
  const withDenseStates = async <Result>(
    { places, batch }: Chunk,
    signal: AbortSignal | undefined,
    use: (states: Tensor) => Promise<Result>,
  ): Promise<Result> => {
    const key = keyOf(places);
    const known = kept.get(key);
    if (known) return use(known.states);
    using scope = openScope(backend);
    const states = scope.own(await lastStates(model, batch, denseMasks, signal));
    const bytes = batch.ids.length * rowBytes;
    const total = [...kept.values()].reduce((sum, entry) => sum + entry.bytes, bytes);
    if (total <= KEPT_STATE_BYTES) kept.set(key, { states: scope.give(states), bytes });
    return await use(states);
  };

  return {
    writeTraces: (samples, { signal, onProgress }) => tracesOf(samples, signal, onProgress),

    async assess({ samples, generate: wanted }, masks, { signal, onProgress }) {
      const places = [...new Set(samples)];
      const entries = await set.entries(samples, signal);
      const dense = new Map((await tracesOf(places, signal)).map((trace, index) => [places[index] ?? 0, trace]));
      const inputs = await set.prepare(places, signal);
      const prepared = new Map(
        places.map((place, index) => {
          const { prompt, frames } = inputs[index] ?? { prompt: [], frames: [] };
          return [place, { prompt, frames, trace: idsOf(dense.get(place)), pivots: [] }];
        }),
      );
      const chunks = chunksOf(prepared);
      const needed = new Set(chunks.map(({ places: chosen }) => keyOf(chosen)));
      release([...kept.keys()].filter((key) => !needed.has(key)));

      const measured = new Map<number, SampleMeasurement>();
      const texts = new Map<number, string>();
      let done = 0;
      const report = (more: number) => {
        done += more;
        onProgress?.({ done, total: places.length });
      };
      report(0);
      for (const chunk of chunks) {
        throwIfCancelled(signal);
        const results = await withDenseStates(chunk, signal, (states) =>
          measureBatch(model, chunk.batch, states, masks, signal),
        );
        let finished = 0;
        for (const [index, place] of chunk.places.entries()) {
          const result = results[index];
          const trace = dense.get(place);
          if (!result || !trace) continue;
          measured.set(place, result);
          const proved = masks === null || firstMismatch(trace, result) < 0;
          if (proved) texts.set(place, trace.text);
          if (proved || !wanted) finished += 1;
        }
        report(finished);
      }
      if (wanted) {
        const differing = places.filter((place) => !texts.has(place));
        const toGenerate = differing.flatMap((place) => {
          const [sample, trace, result] = [prepared.get(place), dense.get(place), measured.get(place)];
          return sample && trace && result ? [{ place, ...ownWords(sample, trace, result) }] : [];
        });
        await generate(toGenerate, masks ?? denseMasks, signal, (place, generation) => {
          texts.set(place, traceOfGeneration(checkpoint, generation).text);
          report(1);
        });
      }
      const { scoreSample } = await loadScores();
      return samples.map((sample, index): Assessment => {
        const { kl, nll } = measured.get(sample) ?? { kl: new Float32Array(), nll: new Float32Array() };
        const text = wanted ? (texts.get(sample) ?? null) : null;
        const scores = scoreSample(assessedOf(entries[index]), { kl, nll }, text, dense.get(sample)?.text ?? "");
        return { sample, scores, kl, text };
      });
    },

    adoptTraces(earlier) {
      for (const [place, trace] of earlier) if (!traces.has(place)) traces.set(place, trace);
    },

    release: () => release(),
  };
}

function keyOf(places: readonly number[]): string {
  return places.join(" ");
}

function idsOf(trace: Trace | undefined): number[] {
  return trace?.tokens.map((token) => token.id) ?? [];
}

/** First position where the measured model would say another token than the dense trace, -1 when there is none. */
function firstMismatch(trace: Trace, { argmax }: SampleMeasurement): number {
  return trace.tokens.findIndex((token, position) => argmax[position] !== token.id);
}

/** What is left to generate of a trace that leaves the dense one somewhere. */
function ownWords(sample: PreparedSample, trace: Trace, measurement: SampleMeasurement): Omit<SampleToWrite, "place"> {
  const mismatch = firstMismatch(trace, measurement);
  return {
    prompt: sample.prompt,
    prefix: [...sample.trace.slice(0, mismatch), measurement.argmax[mismatch] ?? 0],
    maximumTokens: prunedTokenLimit(trace.tokens.length),
  };
}

function assessedOf(entry: EvaluationEntry | undefined): AssessedSample {
  const scene = entry?.picture?.kind === "scene" ? entry.picture.scene : null;
  return { question: entry?.question ?? "", answer: entry?.answer ?? null, scene };
}
