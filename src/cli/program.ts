/** The program: finds the command, runs it, and turns errors into messages and exit codes. */
import { messageOf, PivotscopeError } from "../core/errors.ts";
import { cache } from "./cache.ts";
import { type Command, INVOCATION } from "./command.ts";
import type { CommandContext } from "./context.ts";
import { evaluate } from "./evaluate.ts";
import { generate } from "./generate.ts";
import { judge } from "./judge.ts";
import { layers } from "./layers.ts";
import { UsageError } from "./options.ts";
import { plan } from "./plan.ts";
import { planSequential } from "./plan-sequential.ts";
import { printable } from "./printable.ts";
import { scenes } from "./scenes.ts";
import { slice } from "./slice.ts";
import { speed } from "./speed.ts";
import { statistics } from "./statistics.ts";
import { sweep } from "./sweep.ts";
import { sweepMerge } from "./sweep-merge.ts";
import { sweepTable } from "./sweep-table.ts";

export const EXIT = { success: 0, failure: 1, usage: 2, cancelled: 130 } as const;

export const commands: readonly Command[] = [
  statistics,
  plan,
  planSequential,
  evaluate,
  generate,
  slice,
  judge,
  sweep,
  sweepMerge,
  sweepTable,
  layers,
  speed,
  scenes,
  cache,
];

function programHelp(): string {
  const width = Math.max(...commands.map(({ name }) => name.length));
  const list = commands.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`).join("\n");
  return [
    "Pivotscope: which neurons and attention heads a vision-language model's reasoning needs.",
    `Usage: ${INVOCATION} COMMAND [OPTIONS]`,
    list,
    `Options of a command: ${INVOCATION} COMMAND --help`,
  ]
    .join("\n\n")
    .concat("\n");
}

/** Runs the command that `args` name (without the program's own name) and returns the exit code. Never throws. */
export async function runProgram(args: readonly string[], context: CommandContext): Promise<number> {
  const [name, ...rest] = args;
  if (name === "--help" || name === "-h" || name === "help") {
    context.write(programHelp());
    return EXIT.success;
  }
  const command = commands.find((candidate) => candidate.name === name);
  if (!command) {
    if (name !== undefined) context.writeError(printable(`There is no command "${name}".\n\n`));
    context.writeError(programHelp());
    return EXIT.usage;
  }
  try {
    await command.run(rest, context);
    return EXIT.success;
  } catch (error) {
    return report(error, command, context);
  }
}

function report(error: unknown, command: Command, context: CommandContext): number {
  const { debug } = context;
  // Messages quote files and what a hub answered.
  const writeError = (text: string) => context.writeError(printable(text));
  if (error instanceof UsageError) {
    writeError(`${error.message}\nSee ${INVOCATION} ${command.name} --help\n`);
    return EXIT.usage;
  }
  writeError(`${messageOf(error)}\n`);
  if (error instanceof PivotscopeError && error.hint !== "") writeError(`${error.hint}\n`);
  if (debug && error instanceof Error) writeError(`${error.stack ?? ""}\n`);
  return error instanceof PivotscopeError && error.code === "cancelled" ? EXIT.cancelled : EXIT.failure;
}
