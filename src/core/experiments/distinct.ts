/** Which cells are one and the same model, so that it is measured once: everything at ratio 0 is the dense model. */
import type { Pruning } from "../pruning.ts";
import type { Cell } from "./experiment.ts";

/** Cells in groups of equal models, in the order of their first ones; every group has at least one. */
export function groupEqualModels(cells: readonly Cell[]): readonly (readonly [Cell, ...Cell[]])[] {
  const groups: [Cell, ...Cell[]][] = [];
  for (const cell of cells) {
    const group = groups.find(([first]) => sameModel(first.pruning, cell.pruning));
    if (group) group.push(cell);
    else groups.push([cell]);
  }
  return groups;
}

/** Whether two prunings leave the same model. Means compensate for nothing where nothing is removed. */
function sameModel(a: Pruning | null, b: Pruning | null): boolean {
  const dense = isDense(a);
  if (dense !== isDense(b)) return false;
  if (dense) return true;
  return sameNumbers(a?.keep, b?.keep) && sameNumbers(a?.meanInputs, b?.meanInputs);
}

function isDense(pruning: Pruning | null): boolean {
  return pruning === null || !pruning.keep.includes(0);
}

function sameNumbers(a: Uint8Array | Float32Array | null | undefined, b: typeof a): boolean {
  if (!a || !b) return !a && !b;
  return a.length === b.length && a.every((value, index) => value === b[index]);
}
