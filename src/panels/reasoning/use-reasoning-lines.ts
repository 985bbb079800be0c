/** Both lines of the reasoning at hand, as far as they are known. */
import { useMemo } from "react";
import { alignLines, type PrunedLine } from "../../charts/lines/align.ts";
import type { ReasoningLines } from "../../charts/lines/LinesChart.tsx";
import type { MarkedText } from "../../charts/lines/words.ts";
import { type TokenView, tokenViews } from "../../charts/trace/trace.ts";
import { prunedKey } from "../../core/provenance.ts";
import type { TraceToken } from "../../engine/contract.ts";
import type { Judgement } from "../../scenes/judge/index.ts";
import type { Measured } from "../../state/slices/measurement/measurement-state.ts";
import { useJudgements } from "../use-judgements.ts";
import { useSelect } from "../use-workbench.ts";
import { shownForTrace } from "./measured.ts";

export function useReasoningLines(): ReasoningLines {
  const tokens = useSelect((state) => state.reasoning.tokens);
  const pivots = useSelect((state) => state.reasoning.pivots);
  const trace = useSelect((state) => state.reasoning.trace);
  const shown = useSelect(shownForTrace);
  const writing = useSelect((state) => state.measurement.writing);
  const { dense, pruned } = useJudgements();
  const views = useMemo(() => {
    const measurement = shown?.measurement ?? null;
    return tokenViews({ tokens, measurement, pivots, argmaxTexts: measurement?.argmaxTexts ?? null });
  }, [tokens, pivots, shown]);
  const line = useMemo(() => prunedLine(shown, writing, views), [shown, writing, views]);
  const lines = useMemo(() => {
    const texts = tokens.map(({ text }) => text);
    return alignLines(texts, line, markedText(dense, trace?.text), markedText(pruned));
  }, [tokens, trace, line, dense, pruned]);
  const denseCut = trace?.finish === "length";
  return { views, line, lines, denseCut, prunedCut: shown?.answer?.prunedCut ?? false };
}

/** What is known of the pruned model's words: its own as soon as there are any, before that what it would say. */
export function prunedLine(
  shown: Measured | null,
  writing: { readonly key: string; readonly tokens: readonly TraceToken[] } | null,
  views: readonly TokenView[],
): PrunedLine {
  if (!shown) return { kind: "unknown" };
  const own = (tokens: readonly TraceToken[]) => tokens.map(({ text }) => text);
  if (shown.answer) {
    const { prunedTokens } = shown.answer;
    return prunedTokens ? { kind: "written", tokens: own(prunedTokens) } : { kind: "same" };
  }
  if (writing && writing.key === prunedKey(shown.of)) return { kind: "writing", tokens: own(writing.tokens) };
  return { kind: "forced", instead: views.map(({ differs, argmaxText }) => (differs ? argmaxText : null)) };
}

/** The judged statements, their ends counted from the text's first character that is not space. */
function markedText(judgement: Judgement | null, text = ""): MarkedText {
  const lead = text.length - text.trimStart().length;
  return { claims: judgement?.claims.map(({ end, verdict, reason }) => ({ end: end - lead, verdict, reason })) ?? [] };
}
