/**
 * A picture's curve as shapes over the slider's track: x in per cent of the ratio, y downwards from 0 to HEIGHT. The
 * height stands for the share of the probability that can have moved, so that it means the same on every picture.
 */
import { klStep, movedMassBound } from "../kl/kl-scale.ts";
import { round } from "../plot/paths.ts";

export interface CurveStatements {
  readonly true: number;
  readonly false: number;
  readonly unreadable: number;
}

export interface CurveRow {
  /** 0..1, ascending. */
  readonly ratio: number;
  /** Mean over the dense trace, nats. */
  readonly kl: number;
  /** Whether the answer is the dense model's; null while it is not known. */
  readonly matches: boolean | null;
  /** Null when it gives none, or while it is not known. */
  readonly answer: string | null;
  /** Of the pruned model's own words; null where nobody can judge them. */
  readonly statements: CurveStatements | null;
}

export const HEIGHT = 20;
/** What is drawn where nothing has moved, so that one sees what is measured. */
const LEAST = 1;
/** Neighbours further apart than this, per cent, are only a guess of what lies between. */
const FINE = 10;

export interface RibbonPiece {
  readonly path: string;
  /** Step of the KL scale. */
  readonly kl: number;
  readonly guess: boolean;
}

export interface AnswerStretch {
  readonly from: number;
  readonly to: number;
  readonly holds: boolean;
}

export interface CurveMark {
  /** Per cent. */
  readonly at: number;
  readonly of: "answer" | "statements";
  /** False: back to what the dense model says. */
  readonly lost: boolean;
}

export interface Ribbon {
  readonly pieces: readonly RibbonPiece[];
  readonly stretches: readonly AnswerStretch[];
  readonly marks: readonly CurveMark[];
  /** Measured ratios, per cent. */
  readonly ticks: readonly number[];
}

export function drawRibbon(rows: readonly CurveRow[]): Ribbon {
  const pairs = rows.slice(1).flatMap((right, index) => {
    const left = rows[index];
    return left ? [{ left, right }] : [];
  });
  return {
    pieces: pairs.flatMap(({ left, right }) => piecesOf(left, right)),
    stretches: pairs.flatMap(({ left, right }) =>
      left.matches !== null && left.matches === right.matches
        ? [{ from: percentOf(left), to: percentOf(right), holds: left.matches }]
        : [],
    ),
    marks: marksOf(rows),
    ticks: rows.map(percentOf),
  };
}

/** 47.5 of 0.475. */
export function percentOf({ ratio }: Pick<CurveRow, "ratio">): number {
  return Number((ratio * 100).toFixed(1));
}

/** Whether the pruned model says something that is not true, or that nobody can read; null where nobody can tell. */
export function saysWrong({ statements }: Pick<CurveRow, "statements">): boolean | null {
  return statements && statements.false + statements.unreadable > 0;
}

/** Height above the track. */
function heightOf(kl: number): number {
  return Math.max(LEAST, movedMassBound(kl) * HEIGHT);
}

/** Half of the way in the colour of either end. */
function piecesOf(left: CurveRow, right: CurveRow): readonly RibbonPiece[] {
  const [from, to] = [percentOf(left), percentOf(right)];
  const [low, high] = [heightOf(left.kl), heightOf(right.kl)];
  const [middle, half] = [(from + to) / 2, (low + high) / 2];
  const guess = to - from > FINE;
  const piece = (x: number, height: number, end: number, endHeight: number, kl: number) => ({
    path: `M${x} ${HEIGHT}V${round(HEIGHT - height)}L${end} ${round(HEIGHT - endHeight)}V${HEIGHT}Z`,
    kl: klStep(kl) ?? 0,
    guess,
  });
  return [piece(from, low, middle, half, left.kl), piece(middle, half, to, high, right.kl)];
}

/** Where the answer, and where the truth of what is said, is another than at the ratio before that is known. */
function marksOf(rows: readonly CurveRow[]): readonly CurveMark[] {
  const flips = (of: CurveMark["of"], lostAt: (row: CurveRow) => boolean | null) => {
    const known = rows.flatMap((row) => {
      const lost = lostAt(row);
      return lost === null ? [] : [{ at: percentOf(row), of, lost }];
    });
    return known.filter(({ lost }, index) => index > 0 && lost !== known[index - 1]?.lost);
  };
  return [...flips("answer", ({ matches }) => (matches === null ? null : !matches)), ...flips("statements", saysWrong)];
}
