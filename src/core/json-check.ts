/** Reading JSON from outside: each reader takes the field's name, so that an error says where it is. */
import { PivotscopeError } from "./errors.ts";

export type JsonObject = Readonly<Record<string, unknown>>;

/** A value as JSON for messages, cut to 80 characters; "nothing" for what is not there. */
export function showValue(found: unknown): string {
  let shown: string;
  try {
    shown = JSON.stringify(found) ?? "nothing";
  } catch {
    // JSON.parse reads any depth, JSON.stringify runs out of stack.
    return "a deeply nested value";
  }
  return shown.length > 80 ? `${shown.slice(0, 77)}…` : shown;
}

function wrong(field: string, found: unknown, expected: string, hint = ""): PivotscopeError {
  return new PivotscopeError("bad-input", `${field}: found ${showValue(found)}, expected ${expected}.`, hint);
}

/** Parses text. @throws PivotscopeError `bad-input` naming what was read when it is not JSON. */
export function parseJson(text: string, what: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new PivotscopeError("bad-input", `${what} is not JSON: ${reason}.`, "Choose another file.", { cause });
  }
}

export function readObject(field: string, found: unknown): JsonObject {
  if (typeof found === "object" && found !== null && !Array.isArray(found)) return { ...found };
  throw wrong(field, found, "an object");
}

export function readString(field: string, found: unknown): string {
  if (typeof found === "string") return found;
  throw wrong(field, found, "a text");
}

/** A finite number within bounds. */
export function readNumber(field: string, found: unknown, minimum: number, maximum: number): number {
  if (typeof found === "number" && found >= minimum && found <= maximum && Number.isFinite(found)) return found;
  throw wrong(field, found, `a number${boundsText(minimum, maximum)}`);
}

/** A whole number within bounds. */
export function readInteger(field: string, found: unknown, minimum: number, maximum: number): number {
  if (Number.isInteger(found)) return readNumber(field, found, minimum, maximum);
  throw wrong(field, found, `a whole number${boundsText(minimum, maximum)}`);
}

/** A list of finite numbers within bounds; of a given length when `length` is not null. */
export function readNumbers(
  field: string,
  found: unknown,
  length: number | null,
  minimum: number,
  maximum: number,
): readonly number[] {
  if (!Array.isArray(found)) throw wrong(field, found, "a list of numbers");
  if (length !== null && found.length !== length) {
    throw new PivotscopeError("bad-input", `${field}: found ${found.length} numbers, expected ${length}.`);
  }
  // Names are made for errors only: a statistics file holds millions of numbers.
  return found.map((value: unknown, index) =>
    typeof value === "number" && value >= minimum && value <= maximum && Number.isFinite(value)
      ? value
      : readNumber(`${field}[${index}]`, value, minimum, maximum),
  );
}

/** The value of a field that must be there. */
export function readField(parent: string, object: JsonObject, name: string): unknown {
  if (Object.hasOwn(object, name)) return object[name];
  throw new PivotscopeError("bad-input", `${parent === "" ? "" : `${parent}.`}${name}: is missing.`);
}

function boundsText(minimum: number, maximum: number): string {
  if (maximum === Number.MAX_VALUE || maximum === Number.MAX_SAFE_INTEGER) return ` of at least ${minimum}`;
  return ` from ${minimum} to ${maximum}`;
}
