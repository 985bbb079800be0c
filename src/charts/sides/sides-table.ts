/** The figures of a comparison: one row for each, a column for each side. */
import { summariseDistribution } from "../../core/metrics/distribution.ts";
import { formatCount, formatNats, formatParameters, formatShare } from "../format.ts";
import { type ChartTable, tableOf } from "../frame/table.ts";
import type { ComparedSide } from "./data.ts";

export interface SidesRow {
  readonly label: string;
  /** By side; null where it is not known. */
  readonly cells: readonly (string | null)[];
  /** Whether the live side's cell is older than the thumb where its results are. */
  readonly measured: boolean;
  /** Whether the sides say different things here. */
  readonly differs: boolean;
}

/** What is asked, removed and found, in the order in which one asks. */
export function sidesRows(sides: readonly ComparedSide[]): readonly SidesRow[] {
  const row = (label: string, measured: boolean, cell: (side: ComparedSide) => string | null): SidesRow => {
    const cells = sides.map(cell);
    return { label, cells, measured, differs: new Set(cells).size > 1 };
  };
  return [
    row("Model", false, ({ of }) => of.model.label),
    row("Picture", false, ({ of }) => of.input.picture),
    row("Question", false, ({ of }) => of.input.question),
    row("Method", false, ({ method }) => method),
    row("Asked", false, ({ of }) => formatShare(of.plan.asked, 1)),
    row("Reached", false, ({ frame }) => formatShare(frame.reachedRatio, 1)),
    row("Units removed", false, ({ layout, frame }) => {
      return `${formatCount(layout.unitCount - frame.keptUnits)} of ${formatCount(layout.unitCount)}`;
    }),
    row("Parameters removed", false, ({ layout, frame }) => {
      const removed = layout.structuralParameters - frame.keptParameters;
      return `${formatParameters(removed)} of ${formatParameters(layout.structuralParameters)}`;
    }),
    row("Answer", true, ({ result }) => result?.verdict ?? null),
    row("Statements true", true, ({ result }) => result?.statements ?? null),
    row("Mean KL", true, ({ result }) => result && `${formatNats(summariseDistribution(result.kl).mean)} nats`),
    row("Perplexity", true, ({ result }) => {
      return result && `${result.perplexity.toFixed(3)} (dense ${result.densePerplexity.toFixed(3)})`;
    }),
  ];
}

/** The same as a table, for the CSV. */
export function sidesTable(sides: readonly ComparedSide[]): ChartTable {
  return tableOf(
    [
      { label: "Figure", kind: "text" },
      ...sides.map(({ name }, place) => ({
        label: sides.findIndex((side) => side.name === name) === place ? name : `${name} (${place + 1})`,
        kind: "text" as const,
      })),
    ],
    sidesRows(sides).map(({ label, cells }) => [label, ...cells]),
  );
}
