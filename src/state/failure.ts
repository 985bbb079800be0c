/** An error as the page shows it, beside the thing that failed. */
import { type ErrorCode, PivotscopeError } from "../core/errors.ts";

export interface Failure {
  readonly code: ErrorCode;
  readonly message: string;
  /** The next step, or an empty string. */
  readonly hint: string;
}

export function failureOf(error: unknown): Failure {
  if (error instanceof PivotscopeError) return { code: error.code, message: error.message, hint: error.hint };
  const message = error instanceof Error ? error.message : String(error);
  return { code: "internal", message, hint: "Reload the page; picture and ratio come back from its address." };
}

/** Whether the failure is only that somebody pressed Cancel or something newer took over. */
export function isCancelled(error: unknown): boolean {
  return error instanceof PivotscopeError && error.code === "cancelled";
}
