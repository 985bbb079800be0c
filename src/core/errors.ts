/**
 * The one error class that people see. Every message names what was found; `hint` names what to do about it.
 */

export type ErrorCode =
  | "bad-input"
  | "bad-checkpoint"
  | "unsupported"
  | "not-found"
  | "network"
  | "other-page"
  | "no-webgpu"
  | "device-lost"
  | "out-of-memory"
  | "busy"
  | "cancelled"
  | "internal";

/** Names of fields and tensors come from files and may be of any length; people are shown this much. */
const LONGEST_MESSAGE = 1000;

export class PivotscopeError extends Error {
  readonly code: ErrorCode;
  /** One sentence that names the next step, or an empty string. */
  readonly hint: string;

  /** Whether what failed can go on from where it broke off, because something of it is kept. */
  readonly resumable: boolean;

  constructor(code: ErrorCode, message: string, hint = "", options?: ErrorOptions & { readonly resumable?: boolean }) {
    super(message.length > LONGEST_MESSAGE ? `${message.slice(0, LONGEST_MESSAGE - 1)}…` : message, options);
    this.name = "PivotscopeError";
    this.code = code;
    this.hint = hint;
    this.resumable = options?.resumable ?? false;
  }
}

/** `error` with another message; all else that it says stays. */
export function reworded(error: PivotscopeError, message: string): PivotscopeError {
  return new PivotscopeError(error.code, message, error.hint, { cause: error, resumable: error.resumable });
}

/** Puts the file's name before the message of what goes wrong inside it. */
export function inFile<Result>(file: string, read: () => Result): Result {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof PivotscopeError)) throw error;
    throw reworded(error, `${file}: ${error.message}`);
  }
}

/** What an error says of itself, without a full stop, for a sentence around it. Never empty: foreign errors may say nothing. */
export function reasonOf(error: unknown): string {
  const said = (error instanceof Error ? error.message : String(error ?? "")).trim().replace(/\.$/, "");
  if (said !== "") return said;
  if (!(error instanceof Error)) return "no reason was given";
  if ("code" in error && typeof error.code === "string") return error.code;
  return error.name === "Error" ? "no reason was given" : error.name;
}

/** What an error says, as a message of its own. Never empty. */
export function messageOf(error: unknown): string {
  const said = error instanceof Error ? error.message : String(error ?? "");
  return said.trim() === "" ? `Something failed: ${reasonOf(error)}.` : said;
}

/** Throws an `internal` error when `condition` is false: for mistakes in our own code, never for bad input. */
export function invariant(condition: unknown, message: string): asserts condition {
  if (!condition) throw new PivotscopeError("internal", message, "Please report this with the steps that led here.");
}

/** Throws `cancelled` when the signal has been aborted. */
export function throwIfCancelled(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new PivotscopeError("cancelled", "Cancelled.");
}
