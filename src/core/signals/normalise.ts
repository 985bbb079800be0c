/** Min–max normalisation of per-module signals (docs/method.md, "Fusion, protection, value": "~"). */
import type { UnitLayout } from "../unit.ts";

/**
 * Maps a signal (one number per module) to 0..1 over the modules of one kind in one tower: the smallest becomes 0, the
 * largest 1. Where all modules of a kind in a tower have the same value, all become 0 (project decision).
 *
 * @param signal length: number of modules. @returns a new array of the same length.
 */
export function normaliseSignal(layout: UnitLayout, signal: Float64Array): Float64Array {
  const bounds = new Map<string, { minimum: number; maximum: number }>();
  layout.modules.forEach((module, index) => {
    const value = signal[index] ?? 0;
    const group = `${module.tower}.${module.kind}`;
    const bound = bounds.get(group);
    if (bound === undefined) bounds.set(group, { minimum: value, maximum: value });
    else {
      bound.minimum = Math.min(bound.minimum, value);
      bound.maximum = Math.max(bound.maximum, value);
    }
  });
  return Float64Array.from(layout.modules, (module, index) => {
    const bound = bounds.get(`${module.tower}.${module.kind}`);
    if (bound === undefined || bound.maximum === bound.minimum) return 0;
    return ((signal[index] ?? 0) - bound.minimum) / (bound.maximum - bound.minimum);
  });
}
