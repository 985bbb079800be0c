/** What parsers of config.json share: bounds, and the errors for variants that are not built in and for contradictions. */
import { PivotscopeError } from "../../../core/errors.ts";
import { describeValue, type Fields } from "../../json.ts";

export const CONFIG_FILE = "config.json";

/**
 * Bounds far above any model that a browser could hold. Numbers beyond them are damage, and would have us make lists of
 * that length before the weights' shapes could show it.
 */
export const LARGEST = {
  layers: 1000,
  width: 65_536,
  mlpWidth: 262_144,
  vocabulary: 16_777_216,
  side: 16_384,
} as const;

/** @throws PivotscopeError `unsupported` unless the field is missing, null or one of `supported`. */
export function requireValue<Value>(fields: Fields, key: string, supported: readonly Value[], fallback: Value): void {
  const found: unknown = fields.raw(key) ?? fallback;
  if (supported.some((value) => value === found)) return;
  throw new PivotscopeError(
    "unsupported",
    `${CONFIG_FILE}: "${fields.nameOf(key)}" is ${describeValue(found)}; supported: ` +
      `${supported.map((value) => JSON.stringify(value)).join(", ")}.`,
    "This variant of the architecture is not built in; open another checkpoint.",
  );
}

/** The error for fields that contradict each other. */
export function contradiction(what: string): PivotscopeError {
  return new PivotscopeError("bad-checkpoint", `${CONFIG_FILE}: ${what}.`, "Download config.json again.");
}
