import { PivotscopeError } from "./errors.ts";

/** Waits so many milliseconds. @throws PivotscopeError `cancelled` as soon as the signal is aborted. */
export function wait(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(new PivotscopeError("cancelled", "Cancelled."));
    const stop = () => {
      clearTimeout(timer);
      reject(new PivotscopeError("cancelled", "Cancelled."));
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", stop);
      resolve();
    }, milliseconds);
    signal?.addEventListener("abort", stop, { once: true });
  });
}
