import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { PivotscopeError } from "../core/errors.ts";
import { parseOwnSamples, type SavedSample, serialiseOwnSamples } from "./own-samples-json.ts";

const HASH = "0123456789abcdef".repeat(4);
const sample = {
  name: "one.png",
  picture: "data:image/png;base64,AQID",
  question: "Why?",
  answer: "because",
  trace: { text: "So.", ids: [4, 5, 2], weightHash: HASH },
};

function file(change: object = {}, whole: object = {}): string {
  const samples = [sample, { ...sample, ...change }];
  return JSON.stringify({ format: "pivotscope-own-samples", version: 1, samples, ...whole });
}

/** The message of the typed error that reading gives. */
function refusal(json: string): string {
  try {
    parseOwnSamples(json, "mine.json");
  } catch (error) {
    if (!(error instanceof PivotscopeError)) throw error;
    return `${error.code}: ${error.message}`;
  }
  throw new Error("The file was taken.");
}

const savedSample: fc.Arbitrary<SavedSample> = fc.record({
  name: fc.string(),
  picture: fc.option(
    fc.record({
      type: fc.constantFrom("image/png" as const, "image/jpeg" as const, "image/webp" as const),
      bytes: fc.uint8Array({ minLength: 1, maxLength: 60 }).map((bytes) => new Uint8Array(bytes)),
    }),
  ),
  question: fc
    .string({ minLength: 1, maxLength: 50 })
    .map((text) => text.trim())
    .filter((text) => text !== ""),
  answer: fc.option(fc.string()),
  trace: fc.option(
    fc.record({
      text: fc.string(),
      ids: fc.array(fc.nat(), { minLength: 1 }),
      weightHash: fc.constantFrom("", HASH),
    }),
  ),
});

describe("files of own samples", () => {
  it("come back as they were saved", () => {
    fc.assert(
      fc.property(fc.array(savedSample, { minLength: 1 }), (samples) => {
        expect(parseOwnSamples(serialiseOwnSamples(samples), "mine.json")).toEqual(samples);
      }),
    );
  });

  it("keep pictures of many chunks byte by byte", () => {
    const bytes = Uint8Array.from({ length: 100_001 }, (_, index) => (index * 7) % 256);
    const samples = [{ name: "", picture: { type: "image/webp", bytes }, question: "?", answer: null, trace: null }];
    expect(parseOwnSamples(serialiseOwnSamples(samples as SavedSample[]), "mine.json")).toEqual(samples);
  });

  it("are not written with more samples than are read", () => {
    const one: SavedSample = { name: "", picture: null, question: "Why?", answer: null, trace: null };
    expect(parseOwnSamples(serialiseOwnSamples(Array(1000).fill(one)), "mine.json")).toHaveLength(1000);
    expect(() => serialiseOwnSamples(Array(1001).fill(one))).toThrow(
      expect.objectContaining({ code: "bad-input", message: "There are 1001 own samples; a file holds up to 1000." }),
    );
  });

  it("may leave out all but the question", () => {
    const json = file({}, { samples: [{ question: " Why? " }] });
    expect(parseOwnSamples(json, "mine.json")).toEqual([
      { name: "", picture: null, question: "Why?", answer: null, trace: null },
    ]);
  });

  it.each([
    ["the format", file({}, { format: "other" }), 'bad-input: mine.json: "format" is the string "other"'],
    ["a missing version", file({}, { version: undefined }), 'bad-input: mine.json: "version" is missing'],
    ["a later version", file({}, { version: 2 }), 'unsupported: mine.json: "version" is 2; this page reads version 1.'],
    ["no samples", file({}, { samples: [] }), '"samples" is an empty list; a list of 1 to 1,000 entries'],
    ["too many", file({}, { samples: Array(1001).fill(sample) }), '"samples" is a list of 1001'],
    ["an empty question", file({ question: " " }), '"samples[1].question" is the string " "; a question of 1 to 2000'],
    ["a long question", file({ question: "x".repeat(2001) }), '"samples[1].question"'],
    ["an answer", file({ answer: 3 }), '"samples[1].answer" is the number 3; a string'],
    ["a picture elsewhere", file({ picture: "https://a.b/c.png" }), '"samples[1].picture"'],
    ["a picture of another type", file({ picture: "data:image/gif;base64,AQID" }), '"samples[1].picture"'],
    ["a picture that is cut off", file({ picture: "data:image/png;base64,AQI*" }), '"samples[1].picture"'],
    ["an empty picture", file({ picture: "data:image/png;base64," }), '"samples[1].picture"'],
    [
      "ids",
      file({ trace: { ...sample.trace, ids: [1.5] } }),
      '"samples[1].trace.ids[0]" is the number 1.5; a whole number of at least 0 is needed.',
    ],
    ["no ids", file({ trace: { ...sample.trace, ids: [] } }), '"samples[1].trace.ids" is an empty list'],
    ["a hash", file({ trace: { ...sample.trace, weightHash: "xyz" } }), '"samples[1].trace.weightHash"'],
    ["a trace's text", file({ trace: { ...sample.trace, text: null } }), '"samples[1].trace.text" is null'],
    ["a trace that is no object", file({ trace: "So." }), '"samples[1].trace" is the string "So."'],
    ["text", "samples", "bad-input: mine.json is not valid JSON"],
  ])("are refused by name for %s", (_, json, message) => {
    expect(refusal(json)).toContain(message);
  });

  it("never end in anything but samples or a typed error, whatever they hold", () => {
    const key = fc.constantFrom("name", "picture", "question", "answer", "trace", "ids", "text", "weightHash");
    const entry = fc.dictionary(key, fc.oneof(fc.jsonValue(), fc.dictionary(key, fc.jsonValue())));
    const whole = fc.oneof(
      fc.string(),
      fc.json(),
      fc.array(entry).map((samples) => JSON.stringify({ format: "pivotscope-own-samples", version: 1, samples })),
    );
    fc.assert(
      fc.property(whole, (json) => {
        try {
          parseOwnSamples(json, "mine.json");
        } catch (error) {
          expect(error).toBeInstanceOf(PivotscopeError);
          expect(error).toMatchObject({ code: "bad-input", message: expect.stringContaining("mine.json") });
        }
      }),
      { numRuns: 1000 },
    );
  });
});
