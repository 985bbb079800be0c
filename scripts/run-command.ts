/** A command of the command line, run by a script in its own process. */
import { runProgram } from "../src/cli/program.ts";

/** Runs it with its output on this one's streams. Ends the script with the command's exit status where it fails. */
export async function runCommand(...args: string[]): Promise<void> {
  const code = await runProgram(args, {
    write: (text) => process.stdout.write(text),
    writeError: (text) => process.stderr.write(text),
    showProgress: process.stderr.isTTY === true,
    debug: false,
    signal: new AbortController().signal,
  });
  if (code !== 0) process.exit(code);
}
