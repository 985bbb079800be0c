/** Numbers for people. Pure. */
import type { Spread } from "./schema.ts";

/** Three significant digits, and no exponent. */
export function formatNumber(value: number): string {
  if (value === 0 || !Number.isFinite(value)) return String(value);
  const digits = Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value))));
  return value.toLocaleString("en", { maximumFractionDigits: Math.min(digits, 6) });
}

/** "12.3 (11.9 to 14)"; the median alone of a single measurement. */
export function formatSpread({ median, lowest, highest, repeats }: Spread): string {
  const range = repeats === 1 ? "" : ` (${formatNumber(lowest)} to ${formatNumber(highest)})`;
  return `${formatNumber(median)}${range}`;
}
