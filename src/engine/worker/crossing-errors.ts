/** Errors as they cross between page and worker: structured clone would lose the class, the code and the hint. */
import { type ErrorCode, messageOf, PivotscopeError } from "../../core/errors.ts";

export interface SerialisedError {
  readonly code: ErrorCode;
  readonly message: string;
  readonly hint: string;
  readonly resumable: boolean;
}

const INTERNAL_HINT = "Reload the model; if it happens again, please report it with the steps that led here.";

export function serialiseError(error: unknown): SerialisedError {
  if (error instanceof PivotscopeError) {
    const { code, message, hint, resumable } = error;
    return { code, message, hint, resumable };
  }
  if (error instanceof RangeError && /allocation|array length|array buffer/i.test(error.message)) {
    return {
      code: "out-of-memory",
      message: `Out of memory: ${error.message}`,
      hint: "Close other tabs or take a smaller model.",
      resumable: false,
    };
  }
  const message = messageOf(error);
  return { code: "internal", message, hint: INTERNAL_HINT, resumable: false };
}

export function deserialiseError({ code, message, hint, resumable }: SerialisedError): PivotscopeError {
  return new PivotscopeError(code, message, hint, { resumable });
}
