/**
 * Numbers as the charts print them: one way for each kind of number, so that figures line up and compare.
 *
 * Shares are printed as per cent with a no-break space, counts with thousands separators, KL in nats with as many
 * digits as carry meaning over six decades.
 */
import type { Tower } from "../core/unit.ts";

export { plural } from "../core/words.ts";

const NO_BREAK = "\u00a0";
const grouped = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });

/** A whole number with thousands separators: 46,080. */
export function formatCount(value: number): string {
  return grouped.format(value);
}

/** A share in 0..1 as per cent: 0.379 → "38 %", with one digit "37.9 %". */
export function formatShare(share: number, digits = 0): string {
  if (!Number.isFinite(share)) return "–";
  return `${(share * 100).toFixed(digits)}${NO_BREAK}%`;
}

/** KL or another quantity in nats, without the unit. Not finite: "not finite". */
export function formatNats(value: number): string {
  if (!Number.isFinite(value)) return "not finite";
  if (value <= 0) return "0";
  if (value < 1e-4) return `<${NO_BREAK}0.0001`;
  if (value < 0.01) return value.toFixed(4);
  if (value < 1) return value.toFixed(3);
  return value.toFixed(value < 10 ? 2 : 1);
}

/** A number of parameters in thousands or millions: 1.24 M. */
export function formatParameters(value: number): string {
  if (value >= 1e9) return `${(value / 1e9).toFixed(2)}${NO_BREAK}B`;
  if (value >= 1e6) return `${(value / 1e6).toFixed(2)}${NO_BREAK}M`;
  if (value >= 1e3) return `${(value / 1e3).toFixed(1)}${NO_BREAK}k`;
  return formatCount(value);
}

/** A score of unknown size: three significant digits, exponent form outside 1e-3..1e5. */
export function formatScore(value: number): string {
  if (!Number.isFinite(value)) return "not finite";
  if (value === 0) return "0";
  const size = Math.abs(value);
  return size < 1e-3 || size >= 1e5 ? value.toExponential(2) : Number(value.toPrecision(3)).toString();
}

/** A token's text with its invisible characters drawn: "\n" as ↵, tab as ⇥, nothing at all as ∅. */
export function visibleText(text: string): string {
  if (text === "") return "∅";
  return text.replaceAll("\n", "↵").replaceAll("\t", "⇥");
}

/** A token's text as it stands in a list: spaces at its ends are dots, since they make it another token. */
export function tokenText(text: string): string {
  return visibleText(text.replace(/^ +| +$/g, (spaces) => "·".repeat(spaces.length)));
}

/** How one calls a layer in a sentence: "text layer 7". */
export function layerName(tower: Tower, layer: number): string {
  return `${tower} layer ${layer}`;
}
