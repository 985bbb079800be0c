/** The parts of a report that are words and figures: each from the provenance of what it is about. */

import { budgetOf } from "../../charts/budget/budget.ts";
import { compareRows, type Piece } from "../../charts/compare/compare.ts";
import { formatNats, formatParameters, formatShare, plural } from "../../charts/format.ts";
import { contextOf } from "../../charts/frame/chart-context.ts";
import { judgedWords, statementsWords } from "../../charts/judge/claim-words.ts";
import { klHistogram } from "../../charts/kl/distribution.ts";
import { whoseLine } from "../../charts/save/whose-line.ts";
import { alignTexts } from "../../core/alignment.ts";
import { formatBytes } from "../../core/format-bytes.ts";
import { methods } from "../../core/methods/index.ts";
import { choiceDescriptions, defaultParameters, parameterDescriptions } from "../../core/parameters.ts";
import type { PlanProvenance, StatisticsProvenance } from "../../core/provenance.ts";
import type { WorkbenchState } from "../../state/shape.ts";
import { DEFAULT_METHOD } from "../../state/slices/pruning/method.ts";
import { textOf, verdictSentence } from "../../state/slices/reasoning/answer.ts";
import { denseJudgement, prunedJudgement } from "../../state/slices/reasoning/judgement.ts";
import { shownForTrace } from "../reasoning/measured.ts";
import { BACKEND_WORDS, PRECISION_WORDS } from "../words.ts";
import type { ReportBlock, ReportSection } from "./report.ts";

type Fact = readonly [string, string];

/** Model, method, ratio and what they rest on. */
export function subjectSection({ model: { summary }, pruning: { of, frame } }: WorkbenchState): ReportSection | null {
  if (!summary) return null;
  const { plan, model } = of ?? { plan: null, model: null };
  const rows: Fact[] = [
    ["Model", model?.label ?? summary.name],
    ["Weights, SHA-256", model?.weightHash ?? summary.weightHash],
    ["Architecture", `${summary.architecture}, ${formatParameters(summary.layout.totalParameters)} parameters`],
    [
      "Runs on",
      `${BACKEND_WORDS[summary.backend]}, ${PRECISION_WORDS[summary.precision]}, ${formatBytes(summary.weightBytes)} of weights`,
    ],
  ];
  if (plan) rows.push(...planFacts(plan));
  if (plan && frame) {
    const { figures, note } = budgetOf(summary.layout, frame);
    rows.push(
      ...figures.map(({ name, value, of: all }): Fact => [capital(name), all === "" ? value : `${value} of ${all}`]),
    );
    if (note !== "") rows.push(["Why less", note]);
  }
  return { title: "What is pruned, and how", whose: null, blocks: [{ kind: "facts", rows }] };
}

function planFacts({ method, statistics, file, hash }: PlanProvenance): Fact[] {
  const about = methods.find(({ name }) => name === method);
  return [
    ["Method", `${about?.label ?? method}. ${about?.explanation ?? ""}`.trim()],
    ["Source of the method", about?.source ?? ""],
    ["Statistics", statisticsWords(statistics)],
    ...(file === undefined ? [] : [["Plan read from", file] as const]),
    ["What is taken out, hash", hash],
  ];
}

function statisticsWords(statistics: StatisticsProvenance | null): string {
  if (!statistics) return "none needed, or known to the file alone";
  const { samples, of, origin } = statistics;
  const words = {
    here: "calibrated here",
    kept: "kept from an earlier visit of this browser",
    beforehand: "calibrated beforehand, brought along by the model",
    file: "read from a file",
  } as const;
  return `${plural(samples, "sample")}${of === undefined ? "" : ` of ${of} so far`}, ${words[origin]}`;
}

/** What came of it at the ratio that was measured last. */
export function verdictSection(state: WorkbenchState): ReportSection | null {
  const shown = shownForTrace(state);
  if (!shown) return null;
  const { answer, measurement, of } = shown;
  const [dense, pruned] = [denseJudgement(state), prunedJudgement(state)];
  const { count, mean, median, quantile95, maximum, notFinite } = klHistogram(measurement.kl);
  const rows: Fact[] = [
    ["Ratio asked", formatShare(of.plan.asked, 1)],
    ["Ratio reached", formatShare(of.plan.reached, 1)],
    ["Mean KL", `${formatNats(mean)} nats over ${plural(count, "token")} of the dense model's reasoning`],
    [
      "Median, 95th percentile, highest",
      `${formatNats(median)}, ${formatNats(quantile95)}, ${formatNats(maximum)} nats`,
    ],
    ["Perplexity", `${measurement.perplexity.toFixed(3)}; dense ${measurement.densePerplexity.toFixed(3)}`],
  ];
  if (notFinite > 0) rows.push(["Left out", `${plural(notFinite, "token")} without a finite KL`]);
  if (dense) {
    const same = answer !== null && answer.prunedTokens === null;
    rows.push(["Statements true", statementsWords(dense, pruned, same).replace(/^statements true: /, "")]);
    rows.push(["Judge, dense", judgedWords(dense).replace(/^judged: /, "")]);
    if (pruned) rows.push(["Judge, pruned", judgedWords(pruned).replace(/^judged: /, "")]);
  }
  const sentence = answer ? verdictSentence(answer) : "The pruned model had not finished its own answer.";
  return {
    title: "Verdict",
    whose: whoseLine(contextOf(of)),
    blocks: [
      { kind: "text", strong: true, text: capital(sentence) },
      { kind: "facts", rows },
    ],
  };
}

/** Both lines of reasoning as text. */
export function traceBlocks(state: WorkbenchState): ReportBlock[] {
  const { trace } = state.reasoning;
  if (!trace) return [];
  const dense = trace.text.trim();
  const answer = shownForTrace(state)?.answer ?? null;
  if (!answer) return [{ kind: "text", text: `The dense model says: ${dense}` }];
  if (answer.prunedTokens === null) {
    return [
      { kind: "text", text: "Both models say, word for word:" },
      { kind: "text", text: dense },
    ];
  }
  const { segments } = alignTexts(dense, textOf(answer.prunedTokens));
  const pieces = (list: readonly Piece[]) => list.map(({ text, kind }) => ({ text, differs: kind !== "same" }));
  const cut = answer.prunedCut ? " (cut: it came to no end)" : "";
  const rows = compareRows(segments).map(({ left, right }) => [pieces(left), pieces(right)] as const);
  return [{ kind: "traces", traces: { names: ["Dense", `Pruned${cut}`], rows } }];
}

/** Every constant that the plan at hand was made with. */
export function constantsSection({ pruning: { of } }: WorkbenchState): ReportSection | null {
  if (!of) return null;
  const { method, parameters } = of.plan;
  const authors = defaultParameters();
  const numbers = parameterDescriptions
    .filter(({ section }) => section !== "fusion" || method === DEFAULT_METHOD)
    .map(({ name, label }) => [label, String(parameters[name]), String(authors[name])]);
  const choices = choiceDescriptions
    .filter(({ methods: own }) => own?.includes(method) ?? true)
    .map(({ name, label, choices: words }) => {
      const word = (value: string) => words.find((choice) => choice.value === value)?.label ?? value;
      return [label, word(parameters[name]), word(authors[name])];
    });
  return {
    title: "Constants",
    whose: whoseLine(contextOf(of)),
    blocks: [
      {
        kind: "table",
        table: {
          caption: "Every constant of the plan",
          notes: [],
          columns: [
            { label: "Constant", kind: "text" },
            { label: "Value", kind: "number" },
            { label: "Authors' value", kind: "number" },
          ],
          rows: [...choices, ...numbers],
        },
      },
    ],
  };
}

function capital(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}
