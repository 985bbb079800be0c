/** What a command of the program is; one file per command beside this one. */
import type { CommandContext } from "./context.ts";
import {
  describeOptions,
  type Files,
  NO_FILES,
  type OptionTable,
  type OptionValues,
  parseArguments,
  usageLine,
} from "./options.ts";

export interface Command {
  readonly name: string;
  /** One line for the list of commands. */
  readonly summary: string;
  /** The text that --help shows. */
  readonly help: string;
  /**
   * Runs the command, or shows its help when the arguments ask for it.
   * @throws UsageError for arguments that cannot be understood, PivotscopeError for everything else that is expected.
   */
  run(args: readonly string[], context: CommandContext): Promise<void>;
}

interface CommandDefinition<Table extends OptionTable> {
  readonly name: string;
  readonly summary: string;
  /** What else --help says, below the options. */
  readonly notes: string;
  readonly options: Table;
  /** Files that stand beside the options; none when absent. */
  readonly files?: Files;
  readonly run: (options: OptionValues<Table>, context: CommandContext, files: readonly string[]) => Promise<void>;
}

export const INVOCATION = "npm run --silent cli --";

export function defineCommand<Table extends OptionTable>(definition: CommandDefinition<Table>): Command {
  const { name, summary, notes, options, files = NO_FILES } = definition;
  const help = [
    summary,
    `Usage: ${INVOCATION} ${usageLine(name, options, files)}`,
    describeOptions(options),
    ...(notes === "" ? [] : [notes]),
  ].join("\n\n");
  return {
    name,
    summary,
    help: `${help}\n`,
    async run(args, context) {
      const found = parseArguments(options, files, args);
      if (found === null) context.write(`${help}\n`);
      else await definition.run(found.values, context, found.files);
    },
  };
}
