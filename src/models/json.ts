/**
 * Reading JSON that somebody else wrote.
 *
 * `parseJsonObject` turns text into `Fields`, and `Fields` hands out one field at a time with its type checked. Every
 * failure is a PivotscopeError of code `bad-checkpoint` that names the file, the field, what was found and what is
 * needed, so that people can repair their file.
 */
import { PivotscopeError } from "../core/errors.ts";
import { refusePointer } from "./git-lfs.ts";

/** A short description of a JSON value for messages: its type, and the value itself when that is short. */
export function describeValue(value: unknown): string {
  if (value === undefined) return "missing";
  if (value === null) return "null";
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === "object") return "an object";
  const text = JSON.stringify(value);
  return `the ${typeof value} ${text.length > 60 ? `${text.slice(0, 57)}…` : text}`;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Parses `text` as JSON. @throws PivotscopeError `bad-checkpoint` that names `file` and the parser's complaint. */
export function parseJson(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    refusePointer(text, file);
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new PivotscopeError(
      "bad-checkpoint",
      `${file} is not valid JSON: ${reason}.`,
      "Download the file again; it may be cut off.",
      { cause },
    );
  }
}

/** Parses `text` as one JSON object. @throws PivotscopeError `bad-checkpoint` for anything else. */
export function parseJsonObject(text: string, file: string): Fields {
  return Fields.of(parseJson(text, file), file, "");
}

export interface IntegerLimits {
  /** Smallest value that is allowed, 1 when absent. */
  readonly minimum?: number;
  /** Largest value that is allowed; 2^53 − 1 when absent. */
  readonly maximum?: number;
  /** Value when the field is missing or null; the field is required when this is absent. */
  readonly fallback?: number;
}

/** One JSON object of a named file. `path` is the way to it from the top, empty for the top itself. */
export class Fields {
  readonly file: string;
  readonly path: string;
  readonly #record: Record<string, unknown>;

  private constructor(record: Record<string, unknown>, file: string, path: string) {
    this.#record = record;
    this.file = file;
    this.path = path;
  }

  /** Wraps `value`. @throws PivotscopeError `bad-checkpoint` when it is not an object. */
  static of(value: unknown, file: string, path: string): Fields {
    if (isRecord(value)) return new Fields(value, file, path);
    const where = path === "" ? file : `${file}: "${path}"`;
    throw new PivotscopeError("bad-checkpoint", `${where} is ${describeValue(value)}; an object is needed.`);
  }

  /** The field as it stands; `undefined` when it is missing, also for names such as "constructor". */
  raw(key: string): unknown {
    return Object.hasOwn(this.#record, key) ? this.#record[key] : undefined;
  }

  keys(): string[] {
    return Object.keys(this.#record);
  }

  /** Whether the field is there and not null. */
  has(key: string): boolean {
    return (this.raw(key) ?? null) !== null;
  }

  /** "text_config.hidden_size": the field's full name for messages. */
  nameOf(key: string): string {
    return this.path === "" ? key : `${this.path}.${key}`;
  }

  /** The error for a field of the wrong type. */
  wrong(key: string, needed: string): PivotscopeError {
    const found = describeValue(this.raw(key));
    return new PivotscopeError(
      "bad-checkpoint",
      `${this.file}: "${this.nameOf(key)}" is ${found}; ${needed} is needed.`,
      `Correct "${this.nameOf(key)}" in ${this.file} or download the file again.`,
    );
  }

  integer(key: string, limits: IntegerLimits = {}): number {
    const value = this.raw(key) ?? limits.fallback;
    const minimum = limits.minimum ?? 1;
    const maximum = limits.maximum ?? Number.MAX_SAFE_INTEGER;
    if (typeof value === "number" && Number.isSafeInteger(value) && value >= minimum && value <= maximum) return value;
    const bounded = limits.maximum === undefined ? `of at least ${minimum}` : `from ${minimum} to ${maximum}`;
    throw this.wrong(key, `an integer ${bounded}`);
  }

  /** A finite number above zero. */
  positive(key: string, fallback?: number): number {
    const value = this.raw(key) ?? fallback;
    if (typeof value === "number" && Number.isFinite(value) && value > 0) return value;
    throw this.wrong(key, "a number above 0");
  }

  boolean(key: string, fallback: boolean): boolean {
    const value = this.raw(key) ?? fallback;
    if (typeof value === "boolean") return value;
    throw this.wrong(key, "true or false");
  }

  string(key: string, fallback?: string): string {
    const value = this.raw(key) ?? fallback;
    if (typeof value === "string") return value;
    throw this.wrong(key, "a string");
  }

  /** A nested object; an empty one when the field is missing or null. */
  objectOrEmpty(key: string): Fields {
    return Fields.of(this.raw(key) ?? {}, this.file, this.nameOf(key));
  }

  /** A list of `length` finite numbers; of any length when `length` is absent. */
  numbers(key: string, options: { readonly length?: number; readonly fallback?: readonly number[] } = {}): number[] {
    const value = this.raw(key) ?? options.fallback;
    const good =
      Array.isArray(value) &&
      (options.length === undefined || value.length === options.length) &&
      value.every((entry) => typeof entry === "number" && Number.isFinite(entry));
    if (good) return [...value];
    throw this.wrong(key, `a list of ${options.length === undefined ? "" : `${options.length} `}numbers`);
  }

  /** A list of integers ≥ 0, such as token ids. */
  ids(key: string): number[] {
    const value = this.raw(key);
    if (Array.isArray(value) && value.every((entry) => Number.isSafeInteger(entry) && entry >= 0)) return [...value];
    throw this.wrong(key, "a list of token ids (integers of at least 0)");
  }

  /** A list of objects, each wrapped with its index in its path. */
  objects(key: string): Fields[] {
    const value = this.raw(key);
    if (!Array.isArray(value)) throw this.wrong(key, "a list of objects");
    return value.map((entry, index) => Fields.of(entry, this.file, `${this.nameOf(key)}[${index}]`));
  }
}
