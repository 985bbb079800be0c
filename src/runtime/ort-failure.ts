/** What onnxruntime says when it fails, as an error for people. */
import { PivotscopeError, reasonOf } from "../core/errors.ts";

/** Its WebAssembly puts this before every reason: which of its functions it was, and a number. */
const PREFIX = /^[\s\S]*?ERROR_MESSAGE:\s*/;
const MEMORY = /alloc|memory|\bOOM\b|Invalid Buffer/i;

/**
 * The error for something that onnxruntime could not do. Where WebAssembly's memory is used up there is often none left for
 * the reason, so no reason is taken for that one.
 *
 * @param what what failed, as the start of a sentence: "Running graph x".
 * @param way what to do about too little memory.
 */
export function ortFailure(what: string, error: unknown, way: string): PivotscopeError {
  const said = reasonOf(error).replace(PREFIX, "").trim();
  if (said === "") {
    const guess = "onnxruntime gave no reason, as it does when WebAssembly's memory is used up";
    return new PivotscopeError("out-of-memory", `${what} failed: ${guess}.`, way, { cause: error });
  }
  const memory = MEMORY.test(said);
  return new PivotscopeError(memory ? "out-of-memory" : "internal", `${what} failed: ${said}.`, memory ? way : "", {
    cause: error,
  });
}
