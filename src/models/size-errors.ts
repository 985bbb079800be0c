/** Files that are longer than those of any checkpoint. Loaded when there is one. */
import { PivotscopeError } from "../core/errors.ts";
import { formatBytes } from "../core/format-bytes.ts";

/** The error for a file that is longer than all of its name are; `bytes` null where it does not say how long. */
export function tooLong(file: string, bytes: number | null, most: number): PivotscopeError {
  return new PivotscopeError(
    "bad-checkpoint",
    `${file}: at most ${formatBytes(most)} of such a file are read, and it ${bytes === null ? "does not end there" : `has ${formatBytes(bytes)}`}.`,
    "Check that this is a checkpoint; no model needs a file of this name to be so long.",
  );
}

/** The error for an index whose files have longer headers, all together, than may be fetched before anybody agrees. */
export function headersTooLong(index: string, most: number): PivotscopeError {
  return new PivotscopeError(
    "bad-checkpoint",
    `${index} names files whose headers have more than ${formatBytes(most)} together.`,
    "Check that this is a checkpoint; no model needs so much to say where its tensors lie.",
  );
}
