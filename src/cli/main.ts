/** Where the command line begins: connects the program to this process. */
import { runProgram } from "./program.ts";

const controller = new AbortController();
// Once: a second Ctrl-C ends the process at once, for whoever cannot wait for the pass at hand.
process.once("SIGINT", () => controller.abort());

// A reader that has seen enough, such as `head`, is no error.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit();
  throw error;
});

process.exitCode = await runProgram(process.argv.slice(2), {
  write: (text) => process.stdout.write(text),
  writeError: (text) => process.stderr.write(text),
  showProgress: process.stderr.isTTY === true,
  debug: (process.env.DEBUG ?? "") !== "",
  signal: controller.signal,
});
