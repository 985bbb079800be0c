/** An error as the page shows it, beside the thing that failed. */
import { type ErrorCode, messageOf, PivotscopeError } from "../core/errors.ts";

export interface Failure {
  readonly code: ErrorCode;
  readonly message: string;
  /** The next step, or an empty string. */
  readonly hint: string;
  /** What was doing can go on from where it broke off. */
  readonly resumable?: true;
}

export function failureOf(error: unknown): Failure {
  if (error instanceof PivotscopeError) {
    const { code, message, hint, resumable } = error;
    return { code, message, hint, ...(resumable ? { resumable } : {}) };
  }
  const message = messageOf(error);
  return { code: "internal", message, hint: "Reload the page; picture and ratio come back from its address." };
}

/** Whether the failure is only that somebody pressed Cancel or something newer took over. */
export function isCancelled(error: unknown): boolean {
  return error instanceof PivotscopeError && error.code === "cancelled";
}
