/** Checks statistics against the layout that they claim to describe. */
import { PivotscopeError } from "./errors.ts";
import type { Statistics } from "./statistics.ts";
import type { UnitLayout } from "./unit.ts";

/**
 * @throws PivotscopeError `bad-input` naming the array at fault when a length does not fit the layout, or a number is
 * negative or not finite; naming the module when a unit cost is not positive.
 */
export function validateStatistics(layout: UnitLayout, statistics: Statistics): void {
  for (const module of layout.modules) {
    if (module.unitCost > 0) continue;
    throw new PivotscopeError(
      "bad-input",
      `${module.key}: a unit costs ${module.unitCost} parameters, expected a positive number.`,
    );
  }
  for (const name of ["attributionGlobal", "attributionPivot"] as const) {
    checkArray(name, statistics[name], layout.unitCount, "units");
  }
  for (const name of ["cmds", "sens"] as const) {
    checkArray(name, statistics[name], layout.modules.length, "modules");
  }
}

function checkArray(name: string, array: Float64Array, length: number, of: string): void {
  const hint = "Calibrate this model again, or load the statistics that were made for it.";
  if (array.length !== length) {
    throw new PivotscopeError(
      "bad-input",
      `${name}: found ${array.length} numbers, but the model has ${length} ${of}.`,
      hint,
    );
  }
  for (let index = 0; index < length; index += 1) {
    const value = array[index] ?? Number.NaN;
    if (value >= 0 && value < Number.POSITIVE_INFINITY) continue;
    throw new PivotscopeError(
      "bad-input",
      `${name}[${index}]: found ${value}, expected a finite number that is not negative.`,
      hint,
    );
  }
}
