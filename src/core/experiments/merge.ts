/** Putting shards of one experiment together, and telling whether an earlier result belongs to an experiment. */
import { PivotscopeError } from "../errors.ts";
import { serialiseDescription } from "./description.ts";
import type { CellResult, ExperimentResult, SampleRecord, TraceRecord } from "./experiment.ts";
import { describeRecord } from "./result-json.ts";

const HINT = "Merge shards of one run: the same description, weights and statistics.";

/**
 * The union of results of one experiment: traces and records of all, by sample in ascending order, each once. Cells keep
 * the order of the first result that has them. Where results come from several backends, all are named.
 *
 * @param names what results are called in messages, for example their files; "result 1", … when absent.
 * @throws PivotscopeError `bad-input` without results, and naming both results and what differs when descriptions,
 *   weights, CMDS, cells or measurements of one sample are not the same.
 */
export function mergeResults(results: readonly ExperimentResult[], names: readonly string[] = []): ExperimentResult {
  const [first] = results;
  if (first === undefined) throw new PivotscopeError("bad-input", "There is nothing to merge.", HINT);
  const nameOf = (index: number) => names[index] ?? `result ${index + 1}`;
  results.forEach((result, index) => {
    const difference = differenceOf(first, result);
    if (difference !== null) throw conflict(nameOf(0), nameOf(index), difference);
  });

  const traces = new Map<number, { trace: TraceRecord; from: number }>();
  const cells = new Map<string, { cell: CellResult["cell"]; from: number; records: Map<number, Found> }>();
  results.forEach((result, from) => {
    for (const trace of result.traces) {
      const known = traces.get(trace.sample);
      if (known === undefined) traces.set(trace.sample, { trace, from });
      else if (!same(known.trace, trace)) {
        throw conflict(nameOf(known.from), nameOf(from), `the dense model's trace of sample ${trace.sample}`);
      }
    }
    for (const { cell, records } of result.cells) {
      const known = cells.get(cell.id) ?? { cell, from, records: new Map<number, Found>() };
      cells.set(cell.id, known);
      if (!same(known.cell, cell)) {
        const ratios = `${known.cell.reachedRatio} and ${cell.reachedRatio}`;
        throw conflict(nameOf(known.from), nameOf(from), `the reached ratio of ${cell.id} (${ratios})`);
      }
      for (const record of records) {
        const other = known.records.get(record.sample);
        if (other === undefined) known.records.set(record.sample, { record, from });
        else if (!same(describeRecord(other.record), describeRecord(record))) {
          throw conflict(nameOf(other.from), nameOf(from), `what ${cell.id} gave on sample ${record.sample}`);
        }
      }
    }
  });
  return {
    ...first,
    model: { ...first.model, backend: [...new Set(results.map(({ model }) => model.backend))].join(", ") },
    traces: [...traces.values()].map(({ trace }) => trace).sort((a, b) => a.sample - b.sample),
    cells: [...cells.values()].map(({ cell, records }) => ({
      cell,
      records: [...records.values()].map(({ record }) => record).sort((a, b) => a.sample - b.sample),
    })),
  };
}

interface Found {
  readonly record: SampleRecord;
  readonly from: number;
}

/**
 * In what two results are not of one experiment, in words ("the weights"); null when they are. Traces and records are
 * not compared.
 */
export function differenceOf(
  a: Omit<ExperimentResult, "traces" | "cells">,
  b: Omit<ExperimentResult, "traces" | "cells">,
): string | null {
  if (serialiseDescription(a.description) !== serialiseDescription(b.description)) return "the description";
  if (a.model.weightHash !== b.model.weightHash) {
    return `the weights (${a.model.weightHash.slice(0, 10)}… and ${b.model.weightHash.slice(0, 10)}…)`;
  }
  if (a.samples !== b.samples) return `the number of samples (${a.samples} and ${b.samples})`;
  return same(a.cmds, b.cmds) ? null : "the CMDS of the layers";
}

function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

function conflict(one: string, other: string, what: string): PivotscopeError {
  return new PivotscopeError("bad-input", `${one} and ${other} differ in ${what}.`, HINT);
}
