/** Collects what an experiment measures; every result that it gives out is left alone by what comes later. */
import type {
  Cell,
  CellResult,
  ExperimentResult,
  SampleRecord,
  TraceRecord,
} from "../../core/experiments/experiment.ts";
import { stepsOf } from "../../core/experiments/steps.ts";
import { findPivots, type PivotParameters } from "../../core/pivots.ts";
import type { EvaluationSample, Trace } from "../contract.ts";

export interface ExperimentRecorder {
  /** Whether a cell has been measured on a sample. */
  has(cell: string, sample: number): boolean;
  /** Notes a dense trace, unless it is there already. */
  addTrace(sample: number, about: Pick<EvaluationSample, "family" | "kind">, trace: Trace): void;
  /** Adds a cell's records of samples that it has none of yet, and tells how many those are. */
  addRecords(cell: string, records: readonly SampleRecord[]): number;
  result(): ExperimentResult;
}

/** @param earlier an earlier result of the same experiment, or null. */
export function createExperimentRecorder(
  head: Omit<ExperimentResult, "traces" | "cells">,
  cells: readonly Cell[],
  earlier: ExperimentResult | null,
  pivots: PivotParameters,
): ExperimentRecorder {
  let traces: readonly TraceRecord[] = earlier?.traces ?? [];
  const traced = new Set(traces.map(({ sample }) => sample));
  const results = new Map<string, CellResult>();
  const measured = new Map<string, Set<number>>();
  for (const { pruning: _, ...cell } of cells) {
    const { id } = cell;
    const records = earlier?.cells.find((one) => one.cell.id === id)?.records ?? [];
    results.set(id, { cell, records });
    measured.set(id, new Set(records.map(({ sample }) => sample)));
  }
  const backends = [...(earlier?.model.backend.split(", ") ?? []), head.model.backend];
  const model = { ...head.model, backend: [...new Set(backends)].join(", ") };

  return {
    has: (cell, sample) => measured.get(cell)?.has(sample) ?? false,
    addTrace(sample, { family, kind }, trace) {
      if (traced.has(sample)) return;
      traced.add(sample);
      const texts = trace.tokens.map(({ text }) => text);
      const { pivots: places } = findPivots(texts, pivots);
      const { text } = trace;
      const tokens = texts.length;
      traces = [...traces, { sample, family, kind, text, tokens, pivots: places, steps: stepsOf(texts) }];
    },
    addRecords(id, records) {
      const known = results.get(id);
      const there = measured.get(id);
      if (!known || !there) return 0;
      const fresh = records.filter(({ sample }) => !there.has(sample));
      for (const { sample } of fresh) there.add(sample);
      results.set(id, { ...known, records: [...known.records, ...fresh.map(recordOf)] });
      return fresh.length;
    },
    result: () => ({ ...head, model, traces, cells: [...results.values()] }),
  };
}

/** Without what an engine may have put beside it. */
function recordOf({ sample, scores, kl, text }: SampleRecord): SampleRecord {
  return { sample, scores, kl, text };
}
