/** Runs the program inside the test's own process and keeps what it writes. */
import { runProgram } from "../program.ts";

export interface Captured {
  readonly code: number;
  readonly output: string;
  readonly errors: string;
}

export interface CaptureOptions {
  readonly signal?: AbortSignal;
  readonly debug?: boolean;
  readonly showProgress?: boolean;
  /** Called with each piece of standard error, for example to cancel in the middle. */
  readonly onError?: (text: string) => void;
}

export async function runCaptured(args: readonly string[], options: CaptureOptions = {}): Promise<Captured> {
  const output: string[] = [];
  const errors: string[] = [];
  const code = await runProgram(args, {
    write: (text) => output.push(text),
    writeError: (text) => {
      errors.push(text);
      options.onError?.(text);
    },
    showProgress: options.showProgress ?? false,
    debug: options.debug ?? false,
    signal: options.signal ?? new AbortController().signal,
  });
  return { code, output: output.join(""), errors: errors.join("") };
}
