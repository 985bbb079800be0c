/** What the exact judge says about the reasoning at hand, while the picture is a scene. */
import { type Judgement, judgeTrace } from "../../../scenes/judge/index.ts";
import type { Scene } from "../../../scenes/scene.ts";
import type { WorkbenchState } from "../../shape.ts";
import { inputKey } from "../input/input.ts";
import { shownScene } from "../input/scene-questions.ts";
import { textOf } from "./answer.ts";

/** Judgements that are kept of one scene, a whole curve's among them; one is some kilobytes. */
const KEPT = 128;
const kept = new WeakMap<Scene, Map<string, Judgement>>();

/** `judgeTrace`, with results kept while their scene lives: selectors ask on every change of the store. */
export function judge(scene: Scene, question: string, trace: string): Judgement {
  const ofScene = kept.get(scene) ?? new Map<string, Judgement>();
  kept.set(scene, ofScene);
  const key = `${question}\n${trace}`;
  const known = ofScene.get(key);
  if (known) return known;
  if (ofScene.size >= KEPT) ofScene.clear();
  const judgement = judgeTrace({ scene, question, trace });
  ofScene.set(key, judgement);
  return judgement;
}

/** The dense model's reasoning judged; null for an own picture and until the reasoning has ended. */
export function denseJudgement(state: WorkbenchState): Judgement | null {
  const scene = shownScene(state);
  const { trace, of } = state.reasoning;
  if (scene === null || trace === null || of?.input.key !== inputKey(state.input)) return null;
  return judge(scene, state.input.question, trace.text);
}

/**
 * The pruned model's own words judged, at the ratio that was measured last; null while it is still writing them, and
 * where its words are the dense model's.
 */
export function prunedJudgement(state: WorkbenchState): Judgement | null {
  const scene = shownScene(state);
  const { shown } = state.measurement;
  const tokens = shown?.answer?.prunedTokens ?? null;
  if (scene === null || tokens === null || shown?.of.input.key !== inputKey(state.input)) return null;
  return judge(scene, state.input.question, textOf(tokens));
}
