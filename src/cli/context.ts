/** What a command needs of the program around it; tests give their own. */
export interface CommandContext {
  /** Writes to standard output, as it stands. */
  readonly write: (text: string) => void;
  /** Writes to standard error, as it stands. */
  readonly writeError: (text: string) => void;
  /** Whether standard error is a terminal, so that a progress line can be drawn over itself. */
  readonly showProgress: boolean;
  /** Show stack traces of errors. */
  readonly debug: boolean;
  /** Aborted by Ctrl-C, and when the process is asked to end. */
  readonly signal: AbortSignal;
}
