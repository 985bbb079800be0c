import * as v from "valibot";
import { describe, expect, it } from "vitest";
import { fileSource, parseJson, readJson, type Schema, textSource } from "./read.ts";
import { anything, flag, integer, list, mapOf, number, numbers, object, objectOnly, oneOf, text } from "./schemas.ts";
import { checkVersion } from "./version.ts";

const FILE = fileSource("a.json", { unsupported: "Open another file." });
const TEXT = textSource("plan", "The plan file");

/** What reading says; null where it says nothing. */
function said(read: () => unknown): string | null {
  try {
    read();
    return null;
  } catch (error) {
    return (error as Error).message;
  }
}

const refused = (schema: Schema<unknown>, found: unknown, at?: string) =>
  [FILE, TEXT].map((source) => said(() => readJson(schema, found, source, at)));

describe("what a schema refuses", () => {
  it.each<[string, Schema<unknown>, unknown, string, string]>([
    [
      "the whole",
      object({}),
      [1],
      "a.json is the list [1]; an object is needed.",
      "plan: found [1], expected an object.",
    ],
    [
      "a missing field, in the words of its schema",
      object({ a: object({ b: integer(1, 8) }) }),
      { a: {} },
      'a.json: "a.b" is missing; a whole number from 1 to 8 is needed.',
      "a.b is missing.",
    ],
    [
      "an entry of a list",
      object({ list: list(object({ name: text })) }),
      { list: [{ name: "x" }, { name: 3 }] },
      'a.json: "list[1].name" is the number 3; a string is needed.',
      "list[1].name: found 3, expected a string.",
    ],
    [
      "a list of another length",
      object({ some: list(flag, { least: 1, most: 2 }) }),
      { some: [] },
      'a.json: "some" is an empty list; a list of 1 to 2 entries is needed.',
      "some: found [], expected a list of 1 to 2 entries.",
    ],
    [
      "a list of lists and objects, which shows what is in it",
      object({ some: list(flag, { least: 1, most: 1 }) }),
      { some: [{}, { a: 1 }, [], [1], null, true] },
      'a.json: "some" is the list [{}, {…}, [], […], null, true]; a list of 1 entry is needed.',
      'some: found [{},{"a":1},[],[1],null,true], expected a list of 1 entry.',
    ],
    [
      "one number of many",
      object({ n: numbers(0, { whole: true }) }),
      { n: [1, 2.5, "x"] },
      'a.json: "n[1]" is the number 2.5; a whole number of at least 0 is needed.',
      "n[1]: found 2.5, expected a whole number of at least 0.",
    ],
    [
      "a number without end",
      object({ n: number() }),
      JSON.parse('{"n": 1e999}'),
      'a.json: "n" is the number Infinity; a number is needed.',
      "n: found Infinity, expected a number.",
    ],
    [
      "a value of a map",
      object({ m: mapOf(object({ a: flag })) }),
      { m: { one: { a: true }, "two.three": { a: 0 } } },
      'a.json: "m.two.three.a" is the number 0; true or false is needed.',
      "m.two.three.a: found 0, expected true or false.",
    ],
    [
      "a field that nobody reads",
      object({ o: objectOnly({ a: v.optional(flag), b: v.optional(flag) }) }),
      { o: { c: 1 } },
      'a.json: "o.c" is not known; known are a, b.',
      "o.c: there is no such field.",
    ],
    [
      "what is not built in",
      object({ act: oneOf(["silu", "swish"]) }),
      { act: "gelu" },
      'a.json: "act" is the string "gelu"; supported: "silu", "swish".',
      'act: found "gelu", expected "silu", "swish".',
    ],
  ])("is named: %s", (_, schema, found, ofFile, ofText) => {
    expect(refused(schema, found)).toEqual([ofFile, ofText]);
  });

  it("is named within the field that was read", () => {
    expect(refused(object({ a: flag }), {}, "samples[2]")).toEqual([
      'a.json: "samples[2].a" is missing; true or false is needed.',
      "samples[2].a is missing.",
    ]);
  });

  it("is shown in few words, however long it is", () => {
    const long = { a: "x".repeat(100_000), b: Array(100_000).fill(1) };
    for (const key of ["a", "b"]) {
      for (const message of refused(object({ [key]: flag }), long)) expect(message?.length).toBeLessThan(200);
    }
    expect(refused(object({ b: flag }), long)[1]).toBe("b: found a list of 100000, expected true or false.");
  });

  it("ends the reading: what follows is not looked at", () => {
    let looks = 0;
    const counted = v.custom<unknown>(() => {
      looks += 1;
      return false;
    }, "nothing");
    expect(said(() => readJson(list(counted), Array(1000).fill(0), TEXT))).toBe("[0]: found 0, expected nothing.");
    expect(looks).toBe(1);
  });
});

describe("what is read", () => {
  it("are a file's own fields: those of every object are not in it", () => {
    const schema = object({ constructor: anything, toString: v.optional(text, "none") });
    expect(readJson(schema, {}, TEXT)).toEqual({ constructor: undefined, toString: "none" });
  });

  it("are all names of a map", () => {
    const found = JSON.parse('{"__proto__": 1, "constructor": 2}');
    expect([...readJson(mapOf(integer(0)), found, TEXT)]).toEqual([
      ["__proto__", 1],
      ["constructor", 2],
    ]);
  });

  it("is JSON of a known version", () => {
    expect(said(() => parseJson("{", TEXT))).toMatch(/^The plan file is not JSON: /);
    expect(said(() => parseJson("{", FILE))).toMatch(/^a\.json is not valid JSON: /);
    const check = (found: unknown) => said(() => checkVersion(found, 1, TEXT, "Make it again."));
    expect(check({ version: 1 })).toBeNull();
    expect(check({ version: 2 })).toBe("version: found 2, this program reads version 1.");
    expect(check({})).toBe("version is missing.");
  });
});
