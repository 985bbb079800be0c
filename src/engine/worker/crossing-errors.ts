/** Errors as they cross between page and worker: structured clone would lose the class, the code and the hint. */
import { type ErrorCode, PivotscopeError } from "../../core/errors.ts";

export interface SerialisedError {
  readonly code: ErrorCode;
  readonly message: string;
  readonly hint: string;
}

const INTERNAL_HINT = "Reload the model; if it happens again, please report it with the steps that led here.";

export function serialiseError(error: unknown): SerialisedError {
  if (error instanceof PivotscopeError) return { code: error.code, message: error.message, hint: error.hint };
  if (error instanceof RangeError && /allocation|array length|array buffer/i.test(error.message)) {
    return {
      code: "out-of-memory",
      message: `Out of memory: ${error.message}`,
      hint: "Close other tabs or take a smaller model.",
    };
  }
  const message = error instanceof Error ? error.message : String(error);
  return { code: "internal", message, hint: INTERNAL_HINT };
}

export function deserialiseError(error: SerialisedError): PivotscopeError {
  return new PivotscopeError(error.code, error.message, error.hint);
}
