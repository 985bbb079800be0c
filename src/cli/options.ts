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
}

export type OptionTable = Readonly<Record<string, Option>>;

type ValueOf<Given extends Option> = Given["type"] extends "flag"
  ? boolean
  : Given["type"] extends "list"
    ? readonly string[]
    : (Given["type"] extends "number" ? number : string) | (Given extends { required: true } ? never : undefined);

export type OptionValues<Table extends OptionTable> = { readonly [Name in keyof Table]: ValueOf<Table[Name]> };

const HELP: Option = { type: "flag", explanation: "Show this text." };

/**
 * Parses the arguments behind a command's name.
 *
 * @returns null when help is asked for.
 * @throws UsageError for an unknown option, a value that is missing or no number, an argument that belongs to no
 *   option, or a required option that is absent.
 */
export function parseOptions<Table extends OptionTable>(
  table: Table,
  args: readonly string[],
): OptionValues<Table> | null {
  const found = parseRaw({ ...table, help: HELP }, args);
  if (found.help === true) return null;
  const missing = Object.entries(table).filter(([name, option]) => option.required && found[name] === undefined);
  if (missing.length > 0) {
    const names = missing.map(([name, option]) => synopsisOf(name, option)).join(", ");
    throw new UsageError(`${missing.length === 1 ? "An option is" : "Options are"} missing: ${names}.`);
  }
  const values = Object.entries(table).map(([name, option]) => [name, convert(name, option, found[name])]);
  return Object.fromEntries(values);
}

function parseRaw(table: OptionTable, args: readonly string[]): Readonly<Record<string, unknown>> {
  const options = Object.entries(table).map(([name, { type }]) => [
    name,
    {
      type: type === "flag" ? "boolean" : "string",
      multiple: type === "list",
      ...(name === "help" ? { short: "h" } : {}),
    } as const,
  ]);
  try {
    return parseArgs({ args: [...args], options: Object.fromEntries(options), strict: true }).values;
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    // Node adds advice on positional arguments after the first sentence, which no command takes.
    const [sentence = error.message] = error.message.split(/(?<=['"`)])\. | This command does not/u);
    throw new UsageError(sentence.replaceAll("\n", " ").replace(/\.?$/, "."));
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
  if (Number.isInteger(value) && value >= minimum) return value;
  throw new PivotscopeError("bad-input", `${name}: found ${value}, expected a whole number of at least ${minimum}.`);
}

/** "--model DIR". */
function synopsisOf(name: string, option: Option): string {
  return option.type === "flag" ? `--${name}` : `--${name} ${option.value ?? "TEXT"}`;
}

/** "statistics --model DIR [--limit N]". */
export function usageLine(command: string, table: OptionTable): string {
  const parts = Object.entries(table).map(([name, option]) => {
    const synopsis = synopsisOf(name, option);
    return option.required ? synopsis : `[${synopsis}]${option.type === "list" ? "…" : ""}`;
  });
  return [command, ...parts].join(" ");
}

/** One line per option, explanations in one column. */
export function describeOptions(table: OptionTable): string {
  const rows = Object.entries({ ...table, help: HELP }).map(
    ([name, option]) => [synopsisOf(name, option), option.explanation] as const,
  );
  const width = Math.max(...rows.map(([synopsis]) => synopsis.length));
  return rows.map(([synopsis, explanation]) => `  ${synopsis.padEnd(width)}  ${explanation}`).join("\n");
}
