/** What the charts of a comparison are given: two to four sides, each with whose it is. */
import { sameRatio } from "../../core/experiments/equal-ratios.ts";
import type { FrameData } from "../../core/frame-data.ts";
import { type PrunedOf, sameModel } from "../../core/provenance.ts";
import type { Ratio, UnitLayout } from "../../core/unit.ts";
import { formatShare, plural } from "../format.ts";
import type { ChartContext } from "../frame/chart-context.ts";

/** What is known of a pruned model on a picture. */
export interface SideResult {
  /** The ratio that it was measured at, when that is not the plan's; null where it is. */
  readonly staleRatio: Ratio | null;
  /** KL per token of the dense model's trace, nats. */
  readonly kl: ArrayLike<number>;
  readonly perplexity: number;
  readonly densePerplexity: number;
  /** "answer differs: yes → no"; null while the pruned model is writing. */
  readonly verdict: string | null;
  /** The pruned model's own words; null while it is writing them. */
  readonly words: string | null;
  /** Whether the limit of tokens ended them, not the model. */
  readonly cut: boolean;
  /** How many tokens they are. */
  readonly tokens: number;
  /** Statements that are true of the picture: "3 of 5"; null where nobody can judge. */
  readonly statements: string | null;
}

export interface SidePicture {
  readonly width: number;
  readonly height: number;
  /** RGBA. */
  readonly pixels: Uint8ClampedArray;
}

export interface ComparedSide {
  readonly id: string;
  /** Follows the thumb; the others stand still. */
  readonly live: boolean;
  /** "pinned: Wanda-SP 50 %", "now: µCRASP 40 %". */
  readonly name: string;
  /** "pinned" or "now". */
  readonly role: string;
  /** What the name says of it, without its role. */
  readonly detail: string;
  /** The name where there is little room: "pinned: Wanda-SP 50 %", with a number where two would be alike. */
  readonly short: string;
  /** "Wanda-SP". */
  readonly method: string;
  readonly of: PrunedOf;
  readonly layout: UnitLayout;
  /** Read anew on each render: the live side's arrays are reused from tick to tick. */
  readonly frame: FrameData;
  readonly picture: SidePicture;
  /** Null while nothing is measured; `waiting` says why. */
  readonly result: SideResult | null;
  /** What is going on with it, in a few words; empty when it is all there. */
  readonly waiting: string;
}

/** What stands under a chart of several sides. */
export function contextOfSides(sides: readonly ComparedSide[]): ChartContext {
  const models = new Set(sides.map(({ of }) => of.model.label));
  return {
    model: [...models].join(" and "),
    method: sides.map(({ short }) => short).join(" · "),
    ratio: sides[0]?.of.plan.asked ?? 0,
    ratioText: plural(sides.length, "side"),
  };
}

/** The ratio that a live side's results are of, when the thumb has moved on; null otherwise. */
export function staleOf(sides: readonly ComparedSide[]): Ratio | null {
  return sides.find(({ live }) => live)?.result?.staleRatio ?? null;
}

/** Whether all sides remove the same, and what can be compared where they are of several models, in sentences. */
export function fairness(sides: readonly ComparedSide[]): string {
  const [first] = sides;
  if (!first || sides.length < 2) return "";
  const reached = sides.map(({ frame }) => frame.reachedRatio);
  const [least, most] = [Math.min(...reached), Math.max(...reached)];
  const models = sides.some(({ of }) => !sameModel(of, first.of));
  const inputs = sides.some(
    ({ of }) => of.input.picture !== first.of.input.picture || of.input.question !== first.of.input.question,
  );
  const sentences = [
    sameRatio(most, least)
      ? `Equal budgets: all remove ${formatShare(most, 1)}.`
      : `Not the same budget: they remove ${formatShare(least, 1)} to ${formatShare(most, 1)}.`,
  ];
  if (models) {
    sentences.push(
      "The sides are of different models: verdicts, words and shares by depth compare; single units do not, and KL is each model's own, against its own dense trace.",
    );
  } else if (inputs) {
    sentences.push("They are asked about different pictures or questions: KL is over different tokens.");
  }
  return sentences.join(" ");
}
