/** The sides of the comparison as its charts want them: the pinned ones, then the live one. */
import { useMemo } from "react";
import { claimsTrue } from "../../charts/judge/claim-words.ts";
import type { ComparedSide, SideResult } from "../../charts/sides/data.ts";
import { isBusy } from "../../state/job-state.ts";
import type { Pin, Side } from "../../state/slices/pins/pins-state.ts";
import { isStale, sideAtHand, wordsOf } from "../../state/slices/pins/side.ts";
import { methodLabel } from "../../state/slices/pruning/method.ts";
import { verdictSentence } from "../../state/slices/reasoning/answer.ts";
import { judge } from "../../state/slices/reasoning/judgement.ts";
import { useSelect } from "../use-workbench.ts";
import { sideName } from "./side-name.ts";

/** Pinned sides in the order in which they were pinned, and the live one, which is missing while there is no plan or trace. */
export function useSides(): { readonly pinned: readonly ComparedSide[]; readonly now: ComparedSide | null } {
  const pins = useSelect((state) => state.pins.pins);
  const live = useSelect(sideAtHand);
  const measuring = useSelect(({ measurement }) => measurement.status === "resting" || isBusy(measurement));
  const others = useMemo(() => [...pins.map(({ side }) => side), ...(live ? [live] : [])], [pins, live]);
  const pinned = useMemo(
    () => pins.map((pin) => compared(pin.side, String(pin.id), "pinned", others, pinWords(pin))),
    [pins, others],
  );
  const now = useMemo(
    () => live && compared(live, "now", "now", others, measuring ? "measuring" : ""),
    [live, others, measuring],
  );
  return { pinned, now };
}

/** A name tells a side from every other one. */
function compared(side: Side, id: string, word: "pinned" | "now", all: readonly Side[], waiting: string): ComparedSide {
  const plain = sideName(side.of, side.of);
  const other = all.find(({ of }) => sideName(side.of, of) !== plain);
  const detail = sideName(side.of, other?.of ?? side.of);
  const alike = all.filter(({ of }) => sideName(of, of) === plain);
  return {
    id,
    live: word === "now",
    name: `${word}: ${detail}`,
    role: word,
    detail,
    // The live side is the last of all, and its word tells it apart.
    short: `${word}: ${plain}${word === "pinned" && alike.indexOf(side) > 0 ? ` (${alike.indexOf(side) + 1})` : ""}`,
    method: methodLabel(side.of.plan.method),
    of: side.of,
    layout: side.layout,
    frame: side.frame,
    picture: side.picture,
    result: resultOf(side),
    waiting,
  };
}

function resultOf(side: Side): SideResult | null {
  const { measured, scene, of } = side;
  // An older ratio's result stays, greyed with its ratio; another method's would stand in this one's column.
  if (!measured || measured.of.plan.method !== of.plan.method) return null;
  const words = wordsOf(side);
  const { kl, perplexity, densePerplexity } = measured.measurement;
  return {
    staleRatio: isStale(side) ? measured.of.plan.asked : null,
    kl,
    perplexity,
    densePerplexity,
    verdict: measured.answer && verdictSentence(measured.answer),
    words,
    cut: measured.answer?.prunedCut ?? false,
    tokens: (measured.answer?.prunedTokens ?? side.dense.tokens).length,
    statements: scene && words !== null ? claimsTrue(judge(scene, of.input.question, words)) : null,
  };
}

function pinWords({ status, side, failure }: Pin): string {
  if (status === "waiting" || status === "idle") return "waits to be measured";
  if (status === "running") return "measuring";
  if (status === "failed") return failure.message;
  return status === "cancelled" ? `not measured: needs ${side.of.model.label}` : "";
}
