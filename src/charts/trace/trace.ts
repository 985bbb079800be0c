/** A measured trace, token by token, as the trace charts draw and describe it. */
import type { Measurement, TraceToken } from "../../engine/contract.ts";
import { formatNats, plural, tokenText, visibleText } from "../format.ts";
import { type ChartTable, tableOf } from "../frame/table.ts";
import { klStep } from "../kl/kl-scale.ts";

export interface TokenView {
  readonly index: number;
  readonly text: string;
  /** KL(dense‖pruned) and negative log-likelihoods, nats; null while not measured. */
  readonly kl: number | null;
  readonly nll: number | null;
  readonly denseNll: number | null;
  /** Step of the KL colour scale; null while not measured or not finite. */
  readonly step: number | null;
  readonly pivot: boolean;
  /** The pruned model's most likely token, as text; null when unknown. */
  readonly argmaxText: string | null;
  /** Whether the pruned model would have said another token here. */
  readonly differs: boolean;
  /** Whether this is the first token that differs. */
  readonly firstDivergence: boolean;
}

/** The part of a measurement that the trace charts need. */
export type TraceMeasurement = Pick<Measurement, "kl" | "nll" | "denseNll" | "argmax">;

export interface TraceData {
  readonly tokens: readonly TraceToken[];
  /** One number per token; shorter or null while tokens still stream. */
  readonly measurement: TraceMeasurement | null;
  /** Indexes of the pivot tokens. */
  readonly pivots: readonly number[];
  /** Text of `measurement.argmax`, one per token; ids are shown when absent. */
  readonly argmaxTexts?: readonly string[] | null;
}

/** Joins tokens with what was measured of them. */
export function tokenViews({ tokens, measurement, pivots, argmaxTexts = null }: TraceData): readonly TokenView[] {
  const pivotSet = new Set(pivots);
  let diverged = false;
  return tokens.map((token, index) => {
    const kl = measurement?.kl[index] ?? null;
    const argmax = measurement?.argmax[index];
    const differs = argmax !== undefined && argmax !== token.id;
    const firstDivergence = differs && !diverged;
    diverged ||= differs;
    return {
      index,
      text: token.text,
      kl,
      nll: measurement?.nll[index] ?? null,
      denseNll: measurement?.denseNll[index] ?? null,
      step: klStep(kl),
      pivot: pivotSet.has(index),
      argmaxText: argmax === undefined ? null : (argmaxTexts?.[index] ?? `token ${argmax}`),
      differs,
      firstDivergence,
    };
  });
}

/** A token's text between quotes: without the spaces around it unless it is nothing but space. */
function quoted(text: string): string {
  return visibleText(text.trim() === "" ? text : text.trim());
}

/** A token in words: its accessible name. */
export function tokenSentence(view: TokenView): string {
  const parts = [`“${quoted(view.text)}”`];
  if (view.pivot) parts.push("pivot");
  parts.push(view.kl === null ? "not measured" : `KL ${formatNats(view.kl)} nats`);
  if (view.differs && view.argmaxText !== null) parts.push(`the pruned model says “${quoted(view.argmaxText)}”`);
  if (view.firstDivergence) parts.push("first divergence");
  return parts.join(", ");
}

/** The trace in a sentence or two. */
export function traceSummary(views: readonly TokenView[]): string {
  if (views.length === 0) return "No reasoning yet.";
  const measured = views.filter((view) => view.kl !== null && Number.isFinite(view.kl));
  const pivots = views.filter((view) => view.pivot).length;
  const opening = `${plural(views.length, "token")}, ${plural(pivots, "pivot")}.`;
  if (measured.length === 0) return `${opening} Not measured yet.`;
  const worst = measured.reduce((a, b) => ((b.kl ?? 0) > (a.kl ?? 0) ? b : a));
  const differing = views.filter((view) => view.differs).length;
  return `${opening} Highest KL ${formatNats(worst.kl ?? 0)} nats at token ${worst.index + 1}, “${quoted(worst.text)}”. ${divergenceSentence(views)}${
    differing > 1 ? ` ${plural(differing, "token")} in all would differ.` : ""
  }`;
}

/** Where the pruned model would first have said something else. */
export function divergenceSentence(views: readonly TokenView[]): string {
  const first = views.find((view) => view.firstDivergence);
  if (!first) return "The pruned model would say every token the same.";
  return `First divergence at token ${first.index + 1}: “${quoted(first.text)}” would be “${quoted(first.argmaxText ?? "")}”.`;
}

/** One row per token. */
export function traceTable(views: readonly TokenView[]): ChartTable {
  const nats = (value: number) => formatNats(value);
  return tableOf(
    [
      { label: "Token", kind: "number" },
      { label: "Text", kind: "text", show: tokenText },
      { label: "KL (nats)", kind: "number", format: nats },
      { label: "NLL pruned (nats)", kind: "number", format: nats },
      { label: "NLL dense (nats)", kind: "number", format: nats },
      { label: "Pruned model's token", kind: "text", show: tokenText },
      { label: "Differs", kind: "text" },
      { label: "Pivot", kind: "text" },
    ],
    views.map((view) => [
      view.index + 1,
      view.text,
      view.kl,
      view.nll,
      view.denseNll,
      view.argmaxText,
      view.argmaxText === null ? null : view.differs ? "yes" : "no",
      view.pivot ? "yes" : "no",
    ]),
  );
}
