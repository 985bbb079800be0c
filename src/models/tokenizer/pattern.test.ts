import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createNormalizer } from "./normalizers.ts";
import { compilePattern, matcherOf } from "./pattern.ts";
import { createPreTokenizer } from "./pre-tokenizers.ts";
import { workFor } from "./work.ts";

const native = (source: string, text: string) =>
  [...text.matchAll(new RegExp(source, "gu"))].map((match) => [match.index, match.index + match[0].length]);
const own = (source: string, text: string) => matcherOf(source).find(text, workFor(text.length));

/** Syntax of every kind, none of which finds nothing at a place where it found something before. */
const SOURCES = [
  "a|ab|b",
  "(?:ab|a)(?:bc|c)?",
  "a+b",
  "a{2}|b{2,}|c{1,2}?",
  "[ab]+?c|.",
  "(?<name>a|b)+c",
  "(?:a|ab)+c",
  "(a(?=b))+.",
  "(?<=a)b+|(?<!b)a",
  "(?<=(?:ab|b)a)c",
  "a(?!b)|\\u0062c|\\x63",
  "\\p{L}+|\\P{L}{2}|[^\\p{L}\\s]",
  "(?:(?:a?b?)+c)+",
  "(?:a|b)*?c|\\n",
  "\\u{1F600}.|[\\u{1F600}-\\u{1F64F}]+a?",
];

describe("patterns", () => {
  it.each(SOURCES)("%s finds what the engine's own matcher finds, in any text", (source) => {
    const text = fc.string({ unit: fc.constantFrom("a", "b", "c", "\u{1F600}", "\u{1F601}", "\n", " ") });
    fc.assert(
      fc.property(text, (whole) => {
        expect(own(source, whole)).toEqual(native(source, whole));
      }),
      { numRuns: 300 },
    );
  });

  it("go on behind what is empty, and take nothing empty right behind what they found", () => {
    expect(own("a*", "baac")).toEqual([
      [0, 0],
      [1, 3],
      [4, 4],
    ]);
    expect(own("", "\u{1F600}")).toEqual([
      [0, 0],
      [2, 2],
    ]);
  });

  it("are read in Oniguruma's syntax: $ also before a line's end, \\h for a hexadecimal digit", () => {
    const find = (pattern: string, text: string) => compilePattern(pattern).find(text, workFor(text.length));
    expect(find("a$", "a\nba")).toEqual([
      [0, 1],
      [3, 4],
    ]);
    expect(find("\\h+", "xAf9")).toEqual([[1, 4]]);
  });

  it.each(["(a", "a)", "(a)\\1", "[a", "(".repeat(5000)])("%.20s is refused", (pattern) => {
    expect(() => compilePattern(pattern)).toThrow(SyntaxError);
  });
});

const tooMuch = (words: RegExp) =>
  expect.objectContaining({ name: "PivotscopeError", code: "bad-checkpoint", message: expect.stringMatching(words) });

describe("tokenizers that would keep the page busy", () => {
  const split = (Regex: string) => createPreTokenizer({ type: "Split", pattern: { Regex }, behavior: "Isolated" });

  it.each(["(a+)+!", "(a|a)*b", "(?:a*a*)*b", "(a|aa)+b", "(?<=b(a+)+)c", "(\\w|\\p{L})*!"])("%s", (pattern) => {
    expect(() => split(pattern)(["a".repeat(60)], workFor(60))).toThrow(
      tooMuch(/^tokenizer\.json: its patterns take more than 220000 steps on a text of 60 characters/),
    );
    // The same pattern is fine where it does not try.
    expect(split(pattern)(["xyz"], workFor(3)).join("")).toBe("xyz");
  });

  it("also where a group repeats itself out of the stack", () => {
    const text = "ab".repeat(100_000);
    expect(() => split("(?:ab)+")([text], workFor(text.length))).toThrow(tooMuch(/its patterns take more than/));
  });

  it("but real patterns on long texts are far from the limit", () => {
    const llama3 =
      "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
    const text = "The red cube, which is 12.5 cm wide, isn't left of it.\n".repeat(2000);
    let steps = 0;
    const count = (amount: number) => {
      steps += amount;
    };
    const counting = { ...workFor(text.length), spend: count };
    expect(split(llama3)([text], counting).join("")).toBe(text);
    expect(steps / text.length).toBeLessThan(40);
  });

  it.each([
    ["a long replacement", { type: "Replace", pattern: { Regex: "" }, content: "x".repeat(1000) }],
    [
      "a text that doubles and doubles again",
      {
        type: "Sequence",
        normalizers: Array.from({ length: 40 }, () => ({ type: "Replace", pattern: { String: "a" }, content: "aa" })),
      },
    ],
    ["a long prefix", { type: "Prepend", prepend: "x".repeat(100_000) }],
  ])("%s", (_, step) => {
    expect(() => createNormalizer(step)("a".repeat(200), workFor(200))).toThrow(
      tooMuch(/its steps make more than 22800 characters of a text of 200 characters/),
    );
  });

  it("pieces that are written as bytes of bytes of bytes", () => {
    const bytes = { type: "ByteLevel", use_regex: false };
    const steps = createPreTokenizer({ type: "Sequence", pretokenizers: Array.from({ length: 40 }, () => bytes) });
    expect(() => steps(["é é"], workFor(3))).toThrow(tooMuch(/its steps make more than 10192 characters/));
  });

  it("steps within steps without end", () => {
    let step: unknown = { type: "ByteLevel" };
    for (let depth = 0; depth < 20; depth++) step = { type: "Sequence", pretokenizers: [step] };
    expect(() => createPreTokenizer(step)).toThrow(tooMuch(/a step that is nested less deeply is needed/));
  });
});
