/**
 * JSON from outside, read by valibot's schemas. What a schema refuses becomes a PivotscopeError here and nowhere else: each
 * schema's message is what is needed there, such as "a whole number from 1 to 8", and a `JsonSource` makes the sentence.
 */
import * as v from "valibot";
import { PivotscopeError, reasonOf } from "../errors.ts";
import { describeValue, showValue } from "./show.ts";

/** A schema of whose values only what comes out matters. */
export type Schema<Output> = v.GenericSchema<unknown, Output>;

/** Makes the errors of what was read. */
export interface FieldSource {
  /** The error for a field, empty for the whole: what was found there (undefined: nothing) and what is needed. */
  wrong(field: string, found: unknown, needed: string): PivotscopeError;
  /** The error for a field that nobody reads, where that may be. */
  stranger?(field: string, known: string): PivotscopeError;
  /** The error for a value that is none of those of `oneOf`, where that is not `wrong` like others. */
  unsupported?(field: string, found: unknown, supported: string): PivotscopeError;
}

/** The same for a whole text. */
export interface JsonSource extends FieldSource {
  /** The error for a text that is not JSON. */
  notJson(cause: unknown, text: string): PivotscopeError;
}

/**
 * A text whose messages start with the field, `model.name: found 3, expected a string.`; whoever opened the file puts its
 * name before them.
 *
 * @param whole what the whole is called in a field's place.
 * @param text what it is called where it is not JSON.
 */
export function textSource(whole: string, text = whole): JsonSource {
  return {
    notJson: (cause) =>
      new PivotscopeError("bad-input", `${text} is not JSON: ${reasonOf(cause)}.`, "Choose another file.", { cause }),
    wrong: (field, found, needed) => {
      const what = found === undefined ? " is missing" : `: found ${showValue(found)}, expected ${needed}`;
      return new PivotscopeError("bad-input", `${field === "" ? whole : field}${what}.`);
    },
    stranger: (field, known) =>
      new PivotscopeError("bad-input", `${field}: there is no such field.`, `Use some of ${known}.`),
  };
}

export interface FileSourceOptions {
  /** "bad-checkpoint" when absent. */
  readonly code?: "bad-input" | "bad-checkpoint";
  /** What to do about a file with something wrong; to correct it or download it again when absent. */
  readonly hint?: string;
  /** The hint where a value is none of those that are built in; such values are wrong when absent. */
  readonly unsupported?: string;
}

/** A file by its name: `config.json: "hidden_size" is the number 3.5; a whole number of at least 1 is needed.` */
export function fileSource(file: string, options: FileSourceOptions = {}): JsonSource {
  const { code = "bad-checkpoint", hint, unsupported } = options;
  return {
    notJson: (cause) =>
      new PivotscopeError(
        code,
        `${file} is not valid JSON: ${reasonOf(cause)}.`,
        hint ?? "Download the file again; it may be cut off.",
        { cause },
      ),
    wrong: (field, found, needed) => {
      const [where, what] = field === "" ? [file, file] : [`${file}: "${field}"`, `"${field}" in ${file}`];
      return new PivotscopeError(
        code,
        `${where} is ${describeValue(found)}; ${needed} is needed.`,
        hint ?? `Correct ${what} or download the file again.`,
      );
    },
    stranger: (field, known) =>
      new PivotscopeError(code, `${file}: "${field}" is not known; known are ${known}.`, hint ?? `Correct ${file}.`),
    ...(unsupported !== undefined && {
      unsupported: (field, found, supported) =>
        new PivotscopeError(
          "unsupported",
          `${file}: "${field}" is ${describeValue(found)}; supported: ${supported}.`,
          unsupported,
        ),
    }),
  };
}

/** Parses text. @throws PivotscopeError of the source when it is not JSON. */
export function parseJson(text: string, source: JsonSource): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw source.notJson(cause, text);
  }
}

/**
 * What `schema` makes of parsed JSON. Reading stops at the first value that it refuses.
 *
 * @param at the field that `found` stands in; empty for the whole.
 * @throws PivotscopeError of the source, naming that value's field, what was found and what is needed.
 */
export function readJson<Output>(schema: Schema<Output>, found: unknown, source: FieldSource, at = ""): Output {
  const result = v.safeParse(schema, found, { abortEarly: true });
  if (result.success) return result.output;
  const [issue] = result.issues;
  const field = (issue.path ?? []).reduce((name, { key }) => fieldIn(name, key), at);
  const { type, input, message } = issue;
  if (type === "strict_object" && source.stranger) throw source.stranger(field, message);
  if (type === "picklist" && source.unsupported) throw source.unsupported(field, input, message);
  throw source.wrong(field, input, message);
}

/** Both. */
export function readJsonText<Output>(schema: Schema<Output>, text: string, source: JsonSource): Output {
  return readJson(schema, parseJson(text, source), source);
}

/** Name of a field within another: "series[0].id". */
export function fieldIn(parent: string, key: unknown): string {
  if (typeof key === "number") return `${parent}[${key}]`;
  return parent === "" ? `${key}` : `${parent}.${key}`;
}
