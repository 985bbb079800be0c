/**
 * How well a course teaches what pruning does: nothing happens at first, then something visible breaks, and it stays broken.
 * All of it is a project decision.
 */
import type { Course, Point } from "./course.ts";

/** Up to here everything has to be as it is in the dense model, per cent. */
const HOLDS_TO = 30;
/** The answer has to be another one from here on at the latest. */
const BREAKS_BY = 50;
/** KL that counts as none, nats: the page's lowest step. */
const SAME = 0.001;
/** Steps of the ratio at which a course has to go one way only, per cent. */
const STEPS: readonly number[] = [2.5, 5, 10];
/** False statements, and share of the words, from which a break is as visible as can be. */
const WRONG = 2;
const WORDS = 0.1;

export interface Score {
  /** Why it is no teacher; empty for one that is. */
  readonly faults: readonly string[];
  /** First ratio at which the answer is another, per cent; null where it never is. */
  readonly breaksAt: number | null;
  /** Each 0..1; their sum ranks. */
  readonly parts: {
    /** Share of the statements at the break that can be read. */
    readonly readable: number;
    /** Another answer is given, not none. */
    readonly answered: number;
    /** False statements at the break. */
    readonly wrong: number;
    /** Words that change at the break. */
    readonly words: number;
    /** KL does not fall again; mean over steps of the ratio. */
    readonly klRises: number;
    /** The share of true statements does not rise again. */
    readonly truthFalls: number;
  };
  readonly sum: number;
}

export function scoreCourse({ dense, points }: Course): Score {
  const at = points.findIndex(({ matches }) => !matches);
  const broken = points[at];
  const faults = [
    ...(dense.allTrue ? [] : ["the dense model is wrong"]),
    ...(points.some(({ percent, kl, changed }) => percent <= HOLDS_TO && (kl >= SAME || changed > 0))
      ? [`something changes up to ${HOLDS_TO} %`]
      : []),
    ...(broken && broken.percent <= BREAKS_BY ? [] : [`the answer holds at ${BREAKS_BY} %`]),
    ...(at >= 0 && points.slice(at).some(({ matches }) => matches) ? ["the answer comes back"] : []),
  ];
  const parts = {
    readable: broken ? shareOf(broken, "true") + shareOf(broken, "false") : 0,
    answered: broken && broken.answer !== null ? 1 : 0,
    wrong: Math.min(1, (broken?.statements.false ?? 0) / WRONG),
    words: Math.min(1, (broken?.changed ?? 0) / WORDS),
    klRises: oneWay(points, ({ kl }) => kl),
    truthFalls: oneWay(points, (point) => -shareOf(point, "true")),
  };
  const sum = Object.values(parts).reduce((total, part) => total + part, 0);
  return { faults, breaksAt: broken?.percent ?? null, parts, sum };
}

function shareOf({ statements }: Point, verdict: keyof Point["statements"]): number {
  const all = statements.true + statements.false + statements.unreadable;
  return all === 0 ? 0 : statements[verdict] / all;
}

/** 1 for values that only rise, less by what they fall below their highest so far; mean over steps of the ratio. */
function oneWay(points: readonly Point[], numberOf: (point: Point) => number): number {
  const shares = STEPS.map((step) => {
    const values = points.filter(({ percent }) => percent % step === 0).map(numberOf);
    const range = Math.max(...values) - Math.min(...values);
    let highest = Number.NEGATIVE_INFINITY;
    let fallen = 0;
    for (const value of values) {
      fallen += Math.max(0, highest - value);
      highest = Math.max(highest, value);
    }
    return range > 0 ? Math.max(0, 1 - fallen / range) : 1;
  });
  return shares.reduce((sum, share) => sum + share, 0) / shares.length;
}
