/**
 * A program for a test: runs the command lines that its argument lists, as JSON, one after another in one process, and
 * writes one line of JSON for each: `{code, output, errors}`.
 */
import { runCaptured } from "./run-captured.ts";

const lists = JSON.parse(process.argv[2] ?? "[]") as readonly (readonly string[])[];
for (const args of lists) process.stdout.write(`${JSON.stringify(await runCaptured(args))}\n`);
