/** What a plan's width options gain in speed, in words. */

import { widthWords } from "../../core/parameters/widths.ts";
import type { MethodParameters } from "../../core/parameters.ts";
import type { SpeedPoint } from "../../core/speed/speed.ts";

/** "Rounded to 32", "Even widths, rounded to 32". */
export function widthsName(parameters: MethodParameters): string {
  const words = widthWords(parameters).slice(2);
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}`;
}

/**
 * "1.06 (0.98–1.11) times as fast as the plan's own widths", and whether that may be chance; null where the own widths were
 * not measured beside it.
 */
export function widthsGain({ own }: Pick<SpeedPoint, "own">): string | null {
  if (!own) return null;
  const { median, lowest, highest } = own.gains.decode;
  const spread = `${lowest.toFixed(2)}–${highest.toFixed(2)}`;
  const chance = lowest < 1 && highest > 1 ? ", some runs faster and some slower" : "";
  return `${median.toFixed(2)} (${spread}) times as fast as the plan's own widths${chance}`;
}

/** "Rounded to 32 writes 1.06 (0.98–1.11) times as fast as the plan's own widths." */
export function gainSentence(parameters: MethodParameters, point: Pick<SpeedPoint, "own">): string {
  const name = widthsName(parameters);
  const gain = widthsGain(point);
  const even = parameters.evenWidths !== "off";
  const subject = name.includes(",") ? `${name},` : name;
  if (gain) return `${subject} ${even ? "write" : "writes"} ${gain}.`;
  return `${subject} ${even ? "change" : "changes"} no layer here; this is the method's own plan.`;
}
