/** Writes statistics as a safetensors file, see format.ts. */

import type { BaselineStatistics, Statistics } from "../../core/statistics.ts";
import { INPUT_NAMES, MATRIX_TERM_NAMES } from "../../core/statistics-check.ts";
import type { UnitLayout } from "../../core/unit.ts";
import { type WrittenTensor, writeSafetensors } from "../write-safetensors.ts";
import { STATISTICS_FORMAT, TENSORS } from "./format.ts";

/** Rounds to float32, the precision of the sums that they come from. @param rows of equal length. */
function tensor(name: string, rows: readonly Float64Array[], shape?: readonly number[]): WrittenTensor {
  const length = rows[0]?.length ?? 0;
  const values = new Float32Array(rows.length * length);
  rows.forEach((row, place) => {
    values.set(row, place * length);
  });
  return { name, dtype: "F32", shape: shape ?? [rows.length, length], bytes: new Uint8Array(values.buffer) };
}

function list(name: string, values: Float64Array): WrittenTensor {
  return tensor(name, [values], [values.length]);
}

function baselineTensors(layout: UnitLayout, { modules, probabilityAttribution }: BaselineStatistics): WrittenTensor[] {
  return [
    list(TENSORS.probability, probabilityAttribution),
    ...layout.modules.flatMap(({ key }, index) => {
      const { matrices = [], input } = modules[index] ?? {};
      const tensors = matrices.map((terms) =>
        tensor(
          `${key}.${terms.matrix}`,
          MATRIX_TERM_NAMES.map((name) => terms[name]),
        ),
      );
      return input
        ? [
            ...tensors,
            tensor(
              `${key}.input`,
              INPUT_NAMES.map((name) => input[name]),
            ),
          ]
        : tensors;
    }),
  ];
}

/** @param about what the file says beside the numbers: the model's name, the hash of its weights, the constants. */
export function writeStatistics(
  layout: UnitLayout,
  statistics: Statistics,
  about: Readonly<Record<string, unknown>>,
): Uint8Array<ArrayBuffer> {
  const { samples, batches, pivotBatches, baselines } = statistics;
  const lines = baselines?.modules.flatMap(({ matrices }, index) =>
    matrices.map((terms) => [`${layout.modules[index]?.key}.${terms.matrix}`, [terms.linesPerUnit, terms.lineLength]]),
  );
  const metadata = {
    format: STATISTICS_FORMAT,
    about: JSON.stringify({
      ...about,
      calibration: { samples, batches, pivot_batches: pivotBatches },
      unit_cost: Object.fromEntries(
        layout.modules.map(({ tower, kind, unitCost }) => [`${tower}.${kind}`, unitCost] as const),
      ),
      ...(lines && { lines: Object.fromEntries(lines) }),
    }),
  };
  return writeSafetensors(
    [
      list(TENSORS.global, statistics.attributionGlobal),
      list(TENSORS.pivot, statistics.attributionPivot),
      list(TENSORS.cmds, statistics.cmds),
      list(TENSORS.sens, statistics.sens),
      ...(baselines ? baselineTensors(layout, baselines) : []),
    ],
    { metadata },
  );
}
