/** In which order a curve is measured: roughly first, then the words, then ever finer, where most happens first. */
import { MAXIMUM_RATIO } from "../pruning/pruning.ts";
import { ratioOf } from "./curve-key.ts";
import type { CurvePoint } from "./curve-state.ts";

/** Ratios are counted in thousandths: whole numbers, so that a ratio is found again. */
const WHOLE = 1000;
/** Where one looks first: the ends and the middle. */
const ROUGH: readonly number[] = [0, 200, 600, 400, 500, 300, 100, 700];
/** Distances of the finer steps. */
const STEPS: readonly number[] = [50, 25];

export interface CurveStep {
  readonly ratio: number;
  /** Whether the pruned model's own words are wanted, or on the dense trace only. */
  readonly words: boolean;
}

/** What is to be measured next; null when the curve is whole, or as whole as `roughOnly` wants it. */
export function nextStep(points: readonly CurvePoint[], roughOnly = false): CurveStep | null {
  const there = new Set(points.map((point) => Math.round(ratioOf(point) * WHOLE)));
  const rough = ROUGH.find((place) => !there.has(place));
  if (rough !== undefined) return { ratio: rough / WHOLE, words: false };
  const wordless = points.find(({ words }) => words === null);
  if (wordless) return { ratio: ratioOf(wordless), words: true };
  if (roughOnly) return null;
  for (const step of STEPS) {
    const places = Array.from({ length: (MAXIMUM_RATIO * WHOLE) / step }, (_, index) => (index + 1) * step);
    const [best] = places
      .filter((place) => !there.has(place))
      .map((place) => ({ place, event: eventAt(points, place / WHOLE) }))
      .toSorted((a, b) => b.event - a.event);
    if (best) return { ratio: best.place / WHOLE, words: true };
  }
  return null;
}

/** How much happens between the points on either side: a flip of the answer before any change of KL. */
function eventAt(points: readonly CurvePoint[], ratio: number): number {
  const after = points.findIndex((point) => ratioOf(point) > ratio);
  const [left, right] = [points[after - 1], points[after]];
  if (!left || !right) return 0;
  const flips = left.words?.matches !== right.words?.matches;
  return (flips ? FLIP : 0) + Math.abs(Math.sqrt(right.kl) - Math.sqrt(left.kl));
}

/** More than any difference of roots of KL. */
const FLIP = 1e3;
