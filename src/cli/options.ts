/** Options of commands: declared once as a table, from which parsing, types and the help text follow. */
import { parseArgs } from "node:util";
import { PivotscopeError } from "../core/errors.ts";

/** A command line that cannot be understood. The program answers with the message and exit code 2. */
export class UsageError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "UsageError";
  }
}

export interface Option {
  /** A flag takes no value; a list may be given several times. */
  readonly type: "text" | "number" | "flag" | "list";
  /** What stands for the value in the help text, for example DIR. */
  readonly value?: string;
  readonly explanation: string;
  readonly required?: true;
  /** An option without which this one would do nothing. */
  readonly needs?: string;
  /** Options beside which this one would do nothing. */
  readonly excludes?: readonly string[];
}

export type OptionTable = Readonly<Record<string, Option>>;

type ValueOf<Given extends Option> = Given["type"] extends "flag"
  ? boolean
  : Given["type"] extends "list"
    ? readonly string[]
    : (Given["type"] extends "number" ? number : string) | (Given extends { required: true } ? never : undefined);

export type OptionValues<Table extends OptionTable> = { readonly [Name in keyof Table]: ValueOf<Table[Name]> };

/** Arguments that belong to no option: files that a command reads. */
export interface Files {
  /** How many there must be, and at most may be. */
  readonly minimum: number;
  readonly maximum: number;
}

export const NO_FILES: Files = { minimum: 0, maximum: 0 };

export interface Arguments<Table extends OptionTable> {
  readonly values: OptionValues<Table>;
  readonly files: readonly string[];
}

const HELP: Option = { type: "flag", explanation: "Show this text." };

/**
 * Parses the arguments behind a command's name.
 *
 * @returns null when help is asked for.
 * @throws UsageError for an unknown option, a value that is missing or no number, an argument that belongs to no
 *   option, a required option that is absent, or an option that would do nothing.
 */
export function parseOptions<Table extends OptionTable>(
  table: Table,
  args: readonly string[],
): OptionValues<Table> | null {
  return parseArguments(table, NO_FILES, args)?.values ?? null;
}

/** The same for a command that takes files. @throws UsageError as `parseOptions`, and for too few or too many files. */
export function parseArguments<Table extends OptionTable>(
  table: Table,
  { minimum, maximum }: Files,
  args: readonly string[],
): Arguments<Table> | null {
  const { values: found, positionals: files } = parseRaw({ ...table, help: HELP }, args, maximum > 0);
  if (found.help === true) return null;
  if (files.length < minimum) {
    throw new UsageError(minimum === 1 ? "A file is missing." : `${minimum} files are needed; found ${files.length}.`);
  }
  if (files.length > maximum) throw new UsageError(`Unexpected argument '${files[maximum]}'.`);
  const missing = Object.entries(table).filter(([name, option]) => option.required && found[name] === undefined);
  if (missing.length > 0) {
    const names = missing.map(([name, option]) => synopsisOf(name, option)).join(", ");
    throw new UsageError(`${missing.length === 1 ? "An option is" : "Options are"} missing: ${names}.`);
  }
  refuseIdle(table, found);
  const values = Object.entries(table).map(([name, option]) => [name, convert(name, option, found[name])]);
  return { values: Object.fromEntries(values), files };
}

function parseRaw(
  table: OptionTable,
  args: readonly string[],
  allowPositionals: boolean,
): { readonly values: Readonly<Record<string, unknown>>; readonly positionals: readonly string[] } {
  const options = Object.entries(table).map(([name, { type }]) => [
    name,
    {
      type: type === "flag" ? "boolean" : "string",
      multiple: type === "list",
      ...(name === "help" ? { short: "h" } : {}),
    } as const,
  ]);
  try {
    return parseArgs({ args: [...args], options: Object.fromEntries(options), strict: true, allowPositionals });
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    // Node adds advice on positional arguments after the first sentence, which no command takes.
    const [sentence = error.message] = error.message.split(/(?<=['"`)])\. | This command does not/u);
    throw new UsageError(sentence.replaceAll("\n", " ").replace(/\.?$/, "."));
  }
}

/** Refuses options that would do nothing: whoever gave one believes that it does something. */
function refuseIdle(table: OptionTable, found: Readonly<Record<string, unknown>>): void {
  for (const [name, { needs, excludes = [] }] of Object.entries(table)) {
    if (found[name] === undefined) continue;
    if (needs !== undefined && found[needs] === undefined) {
      throw new UsageError(`--${name} does nothing without --${needs}.`);
    }
    const other = excludes.find((candidate) => found[candidate] !== undefined);
    if (other !== undefined) throw new UsageError(`--${name} does nothing beside --${other}.`);
  }
}

function convert(name: string, option: Option, found: unknown): unknown {
  if (option.type === "flag") return found === true;
  if (option.type === "list") return found ?? [];
  if (option.type === "text" || found === undefined) return found;
  const number = typeof found === "string" && found.trim() !== "" ? Number(found) : Number.NaN;
  if (Number.isNaN(number)) throw new UsageError(`--${name} takes a number; found "${String(found)}".`);
  return number;
}

/**
 * A whole number that an option was given.
 * @throws PivotscopeError `bad-input` naming the option, what was found and the least that is allowed.
 */
export function wholeNumber(name: string, value: number, minimum: number): number {
  if (Number.isSafeInteger(value) && value >= minimum) return value;
  throw new PivotscopeError("bad-input", `${name}: found ${value}, expected a whole number of at least ${minimum}.`);
}

/** "--model DIR". */
function synopsisOf(name: string, option: Option): string {
  return option.type === "flag" ? `--${name}` : `--${name} ${option.value ?? "TEXT"}`;
}

/** "statistics --model DIR [--limit N]". */
export function usageLine(command: string, table: OptionTable, { maximum }: Files = NO_FILES): string {
  const parts = Object.entries(table).map(([name, option]) => {
    const synopsis = synopsisOf(name, option);
    return option.required ? synopsis : `[${synopsis}]${option.type === "list" ? "…" : ""}`;
  });
  const files = maximum === 0 ? [] : [maximum === 1 ? "FILE" : "FILE…"];
  return [command, ...files, ...parts].join(" ");
}

/** One line per option, explanations in one column. */
export function describeOptions(table: OptionTable): string {
  const rows = Object.entries({ ...table, help: HELP }).map(
    ([name, option]) => [synopsisOf(name, option), option.explanation] as const,
  );
  const width = Math.max(...rows.map(([synopsis]) => synopsis.length));
  return rows.map(([synopsis, explanation]) => `  ${synopsis.padEnd(width)}  ${explanation}`).join("\n");
}
