/** What the fake model says, dense and pruned, and how far the two are apart: fixed texts and formulas. */
import type { SampleScores } from "../../core/experiments/scores.ts";
import type { Assessment, AssessmentRequest, Measurement, Trace, TraceToken } from "../contract.ts";

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
export const VOCABULARY = [...new Set([...DENSE, ...PRUNED_END])];

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

/** The trace of the dense model, or of one that keeps these units. */
export function fakeTrace(keep?: Uint8Array): Trace {
  const texts = breaks(keep) ? [...DENSE.slice(0, MISMATCH), ...PRUNED_END] : DENSE;
  return { tokens: texts.map(token), text: texts.join(""), finish: "stop" };
}

/** Scores fall and KL grows with the share of units that is gone, a little differently for each sample. */
export function fakeAssessment(sample: number, { pruning, generate: writes }: AssessmentRequest): Assessment {
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

export function fakeMeasurement(trace: readonly number[], keep: Uint8Array): Measurement {
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
