/** What parsers of config.json share: where it is read from, bounds, and the error for contradictions. */
import { PivotscopeError } from "../../../core/errors.ts";
import { checkpointFile } from "../../checkpoint-file.ts";

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

/** config.json: values that `oneOf` does not have are variants that are not built in. */
export const CONFIG = checkpointFile(CONFIG_FILE, {
  unsupported: "This variant of the architecture is not built in; open another checkpoint.",
});

/** The error for fields that contradict each other. */
export function contradiction(what: string): PivotscopeError {
  return new PivotscopeError("bad-checkpoint", `${CONFIG_FILE}: ${what}.`, "Download config.json again.");
}
