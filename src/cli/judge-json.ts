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

/** Means over all traces and over those of each family: scores of 0 to 10, everything else a share. */
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
  return {
    samples: judged.length,
    exact_match: mean(({ exactMatch }) => Number(exactMatch === true)),
    all_true: mean(({ allTrue }) => Number(allTrue)),
    grounding: mean(({ grounding }) => grounding),
    hallucination: mean(({ hallucination }) => hallucination),
    coherence: mean(({ coherence }) => Number(coherence.follows === true)),
    format: mean(({ format }) => format.score),
  };
}

/** One trace's scores, with every claim that is not true and why. */
export function describeJudgement({ sample, trace, judgement }: JudgedTrace) {
  const { exactMatch, allTrue, grounding, hallucination, coherence, format, claims } = judgement;
  return {
    family: sample.family,
    kind: findQuestion(sample.scene, sample.question)?.kind ?? null,
    question: sample.question,
    trace,
    exact_match: exactMatch,
    all_true: allTrue,
    grounding,
    hallucination,
    coherence: coherence.follows,
    format: format.score,
    faults: claims
      .filter((claim) => claim.verdict !== "true")
      .map(({ text, verdict, reason }) => ({ text, verdict, reason })),
  };
}
