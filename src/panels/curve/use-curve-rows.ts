/** This picture's curve as its drawings want it. */
import { useMemo } from "react";
import type { CurveRow } from "../../charts/curve/curve-shape.ts";
import { countClaims } from "../../charts/judge/claim-words.ts";
import { ratioOf } from "../../state/slices/curve/curve-key.ts";
import { shownScene } from "../../state/slices/input/scene-questions.ts";
import { useJudge } from "../use-judgements.ts";
import { useSelect } from "../use-workbench.ts";

/** The curve's points, with what the judge says of their words once it is there. */
export function useCurveRows(): readonly CurveRow[] {
  const points = useSelect((state) => state.curve.points);
  const scene = useSelect(shownScene);
  const question = useSelect((state) => state.input.question);
  const trace = useSelect((state) => state.reasoning.trace?.text ?? null);
  const part = useJudge();
  return useMemo(
    () =>
      points.map((point) => {
        const { kl, words } = point;
        const text = words && (words.text ?? trace);
        const judged = part && scene && text !== null ? part.judge(scene, question, text) : null;
        return {
          ratio: ratioOf(point),
          kl,
          matches: words?.matches ?? null,
          answer: words?.answer ?? null,
          statements: judged && countClaims(judged),
        };
      }),
    [points, scene, question, trace, part],
  );
}
