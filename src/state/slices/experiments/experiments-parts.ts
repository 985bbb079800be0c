/**
 * A result as a list of parts, in the order in which they came: what is kept over a reload is appended to, never
 * written anew. The first part carries the head, the others what has been added since.
 */
import type { CellResult, ExperimentResult } from "../../../core/experiments/experiment.ts";
import { isRecord } from "../model/model.ts";

/** Fields of a result without its growing lists. */
type Head = Omit<ExperimentResult, "traces" | "cells">;

export interface ResultPart {
  readonly version: 1;
  /** In the first part only. */
  readonly head: Head | null;
  readonly traces: ExperimentResult["traces"];
  /** New records of cells; an empty list of records makes a cell known. */
  readonly cells: ExperimentResult["cells"];
}

/** What `after` has beyond `before`; null when that is nothing. Records are only ever added at the end. */
export function partBetween(before: ExperimentResult | null, after: ExperimentResult): ResultPart | null {
  const { traces, cells, ...head } = after;
  const known = new Map(before?.cells.map(({ cell, records }) => [cell.id, records.length]));
  const added = cells.flatMap(({ cell, records }): CellResult[] => {
    const from = known.get(cell.id);
    return from === undefined || records.length > from ? [{ cell, records: records.slice(from ?? 0) }] : [];
  });
  const newTraces = traces.slice(before?.traces.length ?? 0);
  if (before && added.length === 0 && newTraces.length === 0) return null;
  return { version: 1, head: before ? null : head, traces: newTraces, cells: added };
}

/**
 * The result that parts add up to; null when there is none, or when another version of the page kept them. What two open
 * pages have both measured counts once.
 */
export function joinParts(kept: readonly unknown[]): ExperimentResult | null {
  const parts = kept.filter(isPart);
  const [first] = parts;
  if (!first?.head) return null;
  const cells = new Map<string, CellResult>();
  for (const { cell, records } of parts.flatMap((part) => part.cells)) {
    cells.set(cell.id, { cell, records: [...(cells.get(cell.id)?.records ?? []), ...records] });
  }
  return {
    ...first.head,
    traces: oncePerSample(parts.flatMap((part) => part.traces)),
    cells: [...cells.values()].map(({ cell, records }) => ({ cell, records: oncePerSample(records) })),
  };
}

function oncePerSample<Entry extends { readonly sample: number }>(entries: readonly Entry[]): readonly Entry[] {
  const seen = new Set<number>();
  return entries.filter(({ sample }) => !seen.has(sample) && seen.add(sample));
}

function isPart(value: unknown): value is ResultPart {
  return isRecord(value) && value.version === 1 && Array.isArray(value.traces) && Array.isArray(value.cells);
}
