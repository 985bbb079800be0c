/** How pictures with questions fare as the bundled model is pruned, measured by the engine: what the gallery is chosen by. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { alignTokens } from "../../src/core/alignment.ts";
import { answersMatch, contentWords, finalAnswer } from "../../src/core/metrics/answer.ts";
import type { Engine, ModelSummary } from "../../src/engine/contract.ts";
import { readStatistics } from "../../src/models/statistics-file/read-statistics.ts";
import { drawScene, MODEL_PICTURE_SIZE } from "../../src/scenes/draw/draw-scene.ts";
import { judgeTrace } from "../../src/scenes/judge/index.ts";
import type { Scene } from "../../src/scenes/scene.ts";
import { DEFAULT_METHOD, plannerOf, pruningOf, startingParameters } from "../../src/state/slices/pruning/method.ts";

export const MODEL = join(import.meta.dirname, "..", "..", "public", "models", "scenes");
const STATISTICS = "statistics.safetensors";

export interface Candidate {
  readonly family: string;
  readonly kind: string;
  readonly question: string;
  readonly scene: Scene;
}

/** A pruned model on one candidate. Shares are 0..1. */
export interface Point {
  /** Asked ratio, per cent. */
  readonly percent: number;
  /** Mean KL over the dense trace, nats. */
  readonly kl: number;
  /** Whether the pruned model's answer is the dense model's. */
  readonly matches: boolean;
  /** The pruned model's answer; null when it gives none. */
  readonly answer: string | null;
  /** Statements of the pruned model's own words. */
  readonly statements: { readonly true: number; readonly false: number; readonly unreadable: number };
  /** Words of the dense trace that the pruned one does not have at their place, as a share. */
  readonly changed: number;
  readonly text: string;
}

export interface Course {
  readonly candidate: Candidate;
  readonly dense: { readonly text: string; readonly answer: string | null; readonly allTrue: boolean };
  readonly points: readonly Point[];
}

/** Plans of the page's first method at a ratio, from the statistics that the bundled model brings along. */
export function createPlans({ layout, recommended, ...summary }: ModelSummary) {
  const file = readStatistics(new Uint8Array(readFileSync(join(MODEL, STATISTICS))), STATISTICS, layout);
  const parameters = startingParameters({ layout, recommended, ...summary });
  const plan = plannerOf(DEFAULT_METHOD, layout, { statistics: file.statistics, weights: null }, parameters);
  if (!plan) throw new Error("The page's first method needs more than the shipped statistics.");
  return (percent: number) => pruningOf(plan(percent / 100));
}

/**
 * Measures candidates at ratios (per cent), a few candidates at a time through all ratios.
 *
 * @param tell is told how many candidates are done.
 */
export async function measureCourses(
  engine: Engine,
  summary: ModelSummary,
  candidates: readonly Candidate[],
  percents: readonly number[],
  tell: (done: number) => void = () => {},
): Promise<readonly Course[]> {
  const planAt = createPlans(summary);
  const own = candidates.map(({ scene, question }) => ({
    picture: drawScene(scene, MODEL_PICTURE_SIZE),
    question,
    trace: null,
    answer: null,
  }));
  await engine.setSamples(own);
  const courses: Course[] = [];
  for (let start = 0; start < candidates.length; start += TOGETHER) {
    const places = Array.from({ length: Math.min(TOGETHER, candidates.length - start) }, (_, index) => start + index);
    const dense = await engine.writeTraces(places);
    const points = places.map((): Point[] => []);
    for (const percent of percents) {
      const pruning = percent === 0 ? null : planAt(percent);
      const measured = await engine.assess({ samples: places, pruning, generate: true });
      measured.forEach(({ scores, text }, index) => {
        const candidate = candidates[start + index];
        if (candidate)
          points[index]?.push(pointOf(candidate, dense[index]?.text ?? "", percent, scores.kl, text ?? ""));
      });
    }
    places.forEach((place, index) => {
      const candidate = candidates[place];
      const text = dense[index]?.text ?? "";
      if (!candidate) return;
      const { allTrue } = judgeTrace({ ...candidate, trace: text });
      courses.push({ candidate, dense: { text, answer: finalAnswer(text), allTrue }, points: points[index] ?? [] });
    });
    tell(courses.length);
  }
  return courses;
}

/** Candidates that are measured side by side. */
const TOGETHER = 8;

function pointOf(candidate: Candidate, dense: string, percent: number, kl: number, text: string): Point {
  const { claims } = judgeTrace({ ...candidate, trace: text });
  const count = (verdict: string) => claims.filter((claim) => claim.verdict === verdict).length;
  return {
    percent,
    kl,
    matches: answersMatch(dense, text),
    answer: finalAnswer(text),
    statements: { true: count("true"), false: count("false"), unreadable: count("unreadable") },
    changed: changedShare(dense, text),
    text,
  };
}

/** Share of the first text's words that the second does not have in the same order. */
function changedShare(first: string, second: string): number {
  const words = contentWords(first);
  return words.length === 0 ? 0 : 1 - alignTokens(words, contentWords(second)).sameTokens / words.length;
}
