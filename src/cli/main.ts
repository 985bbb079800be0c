/** Where the command line begins: connects the program to this process. */
import { constants } from "node:os";
import { fileError } from "./file-errors.ts";
import { EXIT, runProgram } from "./program.ts";

const controller = new AbortController();
let signalled: NodeJS.Signals | null = null;
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  // Once: a second Ctrl-C ends the process at once, for whoever cannot wait for the pass at hand.
  process.once(signal, () => {
    signalled ??= signal;
    controller.abort();
  });
}

process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  // A reader that has seen enough, such as `head`, is no error.
  if (error.code === "EPIPE") process.exit();
  const { message, hint } = fileError(error, "Standard output", "written");
  process.stderr.write(`${message}\n${hint}\n`, () => process.exit(EXIT.failure));
});
// Where even messages cannot be written, the exit code says it.
process.stderr.on("error", () => process.exit(EXIT.failure));

const code = await runProgram(process.argv.slice(2), {
  write: (text) => process.stdout.write(text),
  writeError: (text) => process.stderr.write(text),
  showProgress: process.stderr.isTTY === true,
  debug: (process.env.DEBUG ?? "") !== "",
  signal: controller.signal,
});
process.exitCode = code === EXIT.cancelled && signalled ? 128 + constants.signals[signalled] : code;
