/** The schemas that files are read by. Each says what it needs in words that `JsonSource` makes a sentence of. */
import * as v from "valibot";
import { plural } from "../words.ts";
import type { Schema } from "./read.ts";

export type JsonObject = Readonly<Record<string, unknown>>;

export const anything = v.unknown();

function objectIn(needed: string) {
  return v.custom<JsonObject>((found) => typeof found === "object" && found !== null && !Array.isArray(found), needed);
}

/** Any object, as it stands. */
export const anyObject = objectIn("an object");

/**
 * An object with these fields; others are left out. Only its own fields count: a name such as "constructor" is missing
 * where the file does not have it. A missing field is refused in the words of its own schema.
 */
export function object<const Fields extends v.ObjectEntries>(fields: Fields, needed = "an object") {
  const names = Object.keys(fields);
  const own = (found: JsonObject): JsonObject =>
    Object.fromEntries(names.map((name) => [name, Object.hasOwn(found, name) ? found[name] : undefined]));
  return v.pipe(objectIn(needed), v.transform(own), v.object(fields));
}

/** The same, where a field that nobody reads is refused. */
export function objectOnly<const Fields extends v.ObjectEntries>(fields: Fields) {
  const names = Object.keys(fields);
  const nothing = Object.fromEntries(names.map((name) => [name, undefined]));
  const all = (found: JsonObject): JsonObject => ({ ...nothing, ...found });
  return v.pipe(anyObject, v.transform(all), v.strictObject(fields, names.join(", ")));
}

/** An object of any names with values of one kind, as a map: of names such as "__proto__" none is lost. */
export function mapOf<Value>(value: Schema<Value>) {
  return v.pipe(
    anyObject,
    v.rawTransform<JsonObject, ReadonlyMap<string, Value>>(({ dataset, addIssue, NEVER }) => {
      const map = new Map<string, Value>();
      for (const [name, found] of Object.entries(dataset.value)) {
        const read = v.safeParse(value, found, { abortEarly: true });
        if (!read.success) {
          const { type, message, input, path = [] } = read.issues[0];
          const { path: outer } = issueAt(dataset.value, name, found, message);
          addIssue({ message, input, path: [...outer, ...path] });
          // Of which kind it is decides how it is said; what is added here would be of none.
          Object.assign((dataset as { issues?: unknown[] | undefined }).issues?.at(-1) ?? {}, { type });
          return NEVER;
        }
        map.set(name, read.output);
      }
      return map;
    }),
  );
}

export const text = v.string("a string");

export const flag = v.boolean("true or false");

/** One of a few values. Where a source knows of unsupported values, the others are. */
export function oneOf<const Value extends string | number | boolean>(
  values: readonly Value[],
  needed = values.map((value) => JSON.stringify(value)).join(", "),
): Schema<Value> {
  // Picklists compare values of any kind; only their types leave out true and false.
  return v.picklist(values as readonly never[], needed);
}

/** A finite number within bounds. */
export function number(minimum = -Number.MAX_VALUE, maximum = Number.MAX_VALUE) {
  const needed = `a number${boundsText(minimum, maximum)}`;
  return v.pipe(v.number(needed), v.minValue(minimum, needed), v.maxValue(maximum, needed));
}

/** A finite number above zero. */
export const positive = v.pipe(
  v.number("a number above 0"),
  v.check((value) => value > 0 && Number.isFinite(value), "a number above 0"),
);

/** A whole number within bounds, at most 2^53 − 1. */
export function integer(minimum: number, maximum = Number.MAX_SAFE_INTEGER) {
  const needed = `a whole number${boundsText(minimum, maximum)}`;
  return v.pipe(v.number(needed), v.safeInteger(needed), v.minValue(minimum, needed), v.maxValue(maximum, needed));
}

interface Lengths {
  readonly least?: number;
  readonly most?: number;
}

/** Token ids, or places in a list of them. */
export const ids = numbers(0, { maximum: Number.MAX_SAFE_INTEGER, whole: true });

/** A list of values of one kind. */
export function list<Value>(value: Schema<Value>, { least = 0, most = Number.POSITIVE_INFINITY }: Lengths = {}) {
  const needed = least === 0 && most === Number.POSITIVE_INFINITY ? "a list" : `a list of ${lengthsText(least, most)}`;
  return v.pipe(v.custom<unknown[]>(isList(least, most), needed), v.array(value));
}

/**
 * Numbers within bounds as they stand, in a list of any length where none is given. A statistics file holds millions, so
 * a schema of its own is asked about the first wrong one only.
 */
export function numbers(
  minimum = -Number.MAX_VALUE,
  options: { readonly maximum?: number; readonly length?: number; readonly whole?: boolean } = {},
) {
  const { maximum = Number.MAX_VALUE, length, whole = false } = options;
  const noun = whole ? "whole number" : "number";
  const needed = `a list of ${length === undefined ? `${noun}s` : plural(length, noun)}`;
  const entry = whole ? integer(minimum, maximum) : number(minimum, maximum);
  const sound = (one: unknown) =>
    typeof one === "number" && one >= minimum && one <= maximum && (!whole || Number.isInteger(one));
  const any = v.custom<readonly number[]>(isList(length ?? 0, length ?? Number.POSITIVE_INFINITY), needed);
  return firstWrong(any, entry, (found) => {
    const bad = found.findIndex((one) => !sound(one));
    return bad < 0 ? undefined : [bad, found[bad]];
  });
}

/**
 * What `whole` takes, where `find` finds no entry of it that is wrong; that entry is refused in the words of its schema.
 * For lists and objects of so many entries that a schema cannot look at each.
 */
export function firstWrong<Whole>(
  whole: Schema<Whole>,
  entry: Schema<unknown>,
  find: (found: Whole) => readonly [key: string | number, found: unknown] | undefined,
) {
  return v.pipe(
    whole,
    v.rawCheck(({ dataset, addIssue }) => {
      const wrong = dataset.typed ? find(dataset.value) : undefined;
      const issue = wrong && v.safeParse(entry, wrong[1], { abortEarly: true }).issues?.[0];
      if (issue) addIssue(issueAt(dataset.value, ...wrong, issue.message));
    }),
  );
}

/** "at least 1 entry", "3 entries", "1 to 8 entries". */
function lengthsText(least: number, most: number): string {
  if (most === Number.POSITIVE_INFINITY) return `at least ${plural(least, "entry", "entries")}`;
  return least === most ? plural(least, "entry", "entries") : `${least} to ${plural(most, "entry", "entries")}`;
}

function isList(least: number, most: number) {
  return (found: unknown) => Array.isArray(found) && found.length >= least && found.length <= most;
}

/** An issue about one entry of `parent`. */
function issueAt(parent: unknown, key: string | number, found: unknown, message: string) {
  const item = { type: "unknown", origin: "value", input: parent, key, value: found } as const;
  return { message, input: found, path: [item] as [v.UnknownPathItem, ...v.UnknownPathItem[]] };
}

function boundsText(minimum: number, maximum: number): string {
  if (minimum === -Number.MAX_VALUE) return maximum === Number.MAX_VALUE ? "" : ` of at most ${maximum}`;
  if (maximum === Number.MAX_VALUE || maximum === Number.MAX_SAFE_INTEGER) return ` of at least ${minimum}`;
  return ` from ${minimum} to ${maximum}`;
}
