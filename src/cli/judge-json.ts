/** Judgements of many traces: made, summed up by family, and as JSON. */
import { type Judgement, judgeTrace } from "../scenes/judge/index.ts";
import { findQuestion } from "../scenes/questions/index.ts";
import type { Scene } from "../scenes/scene.ts";

export interface SceneQuestionOnFile {
  readonly scene: Scene;
  readonly question: string;
  readonly family: string | null;
}

export interface JudgedTrace {
  readonly sample: SceneQuestionOnFile;
  readonly trace: string;
  readonly judgement: Judgement;
}

/** @param traces one for each sample. */
export function judgeAll(samples: readonly SceneQuestionOnFile[], traces: readonly string[]): readonly JudgedTrace[] {
  return samples.map((sample, index) => {
    const trace = traces[index] ?? "";
    return { sample, trace, judgement: judgeTrace({ scene: sample.scene, question: sample.question, trace }) };
  });
}

/**
 * Means over all traces and over those of each family: scores of 0 to 10, everything else a share. A trace that is not
 * readable has grounding 0 in the mean and none of the hallucination, which is null where none is readable.
 */
export function summariseJudgements(judged: readonly JudgedTrace[]) {
  const families = [...new Set(judged.map(({ sample }) => sample.family ?? "none"))];
  return {
    all: means(judged),
    families: Object.fromEntries(
      families.map((family) => [family, means(judged.filter(({ sample }) => (sample.family ?? "none") === family))]),
    ),
  };
}

function means(judged: readonly JudgedTrace[]) {
  const mean = (value: (judgement: Judgement) => number) =>
    judged.reduce((sum, { judgement }) => sum + value(judgement), 0) / judged.length;
  const readable = judged.flatMap(({ judgement: { hallucination } }) => hallucination ?? []);
  return {
    samples: judged.length,
    exact_match: mean(({ exactMatch }) => Number(exactMatch === true)),
    all_true: mean(({ allTrue }) => Number(allTrue)),
    readable: mean(({ readable }) => Number(readable)),
    grounding: mean(({ grounding }) => grounding ?? 0),
    hallucination: readable.length === 0 ? null : readable.reduce((sum, one) => sum + one, 0) / readable.length,
    coherence: mean(({ coherence }) => Number(coherence.follows === true)),
    format: mean(({ format }) => format.score),
  };
}

/** One trace's scores, with every claim that is not true and why. */
export function describeJudgement({ sample, trace, judgement }: JudgedTrace) {
  const { exactMatch, allTrue, readable, grounding, hallucination, coherence, format, claims } = judgement;
  return {
    family: sample.family,
    kind: findQuestion(sample.scene, sample.question)?.kind ?? null,
    question: sample.question,
    trace,
    exact_match: exactMatch,
    all_true: allTrue,
    readable,
    grounding,
    hallucination,
    coherence: coherence.follows,
    format: format.score,
    faults: claims
      .filter((claim) => claim.verdict !== "true")
      .map(({ text, verdict, reason }) => ({ text, verdict, reason })),
  };
}
