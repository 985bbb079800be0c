import { PivotscopeError } from "../../core/errors.ts";

/** The error that a promise ends with, which has to be one of the product's own. */
export async function failure(promise: Promise<unknown>): Promise<PivotscopeError> {
  const error = await promise.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (!(error instanceof PivotscopeError)) throw new Error(`Expected a PivotscopeError, found ${error}.`);
  return error;
}
