import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { describeWithShared } from "../testing/shared.ts";
import { parseRecommended } from "./recommended.ts";
import { parseCalibrationSet, parseSamples } from "./samples.ts";

const list = (...samples: unknown[]) => JSON.stringify({ version: 1, samples });
const bad = (message: RegExp, code = "bad-checkpoint") =>
  expect.objectContaining({ code, message: expect.stringMatching(message) });

describe("parseSamples", () => {
  it("reads picture samples, what is optional being null", () => {
    expect(
      parseSamples(list({ question: "Why?" }, { image: "a.png", question: "Q", trace: "T", other: 1 }), "s"),
    ).toEqual([
      { kind: "picture", picture: null, question: "Why?", trace: null, answer: null, family: null },
      {
        kind: "picture",
        picture: { kind: "file", path: "a.png" },
        question: "Q",
        trace: "T",
        answer: null,
        family: null,
      },
    ]);
  });

  it("reads a scene to be drawn in place of a picture", () => {
    const ball = { shape: "ball", colour: "red", material: "glass", size: "small", x: 0.5, y: 0.5 };
    const cube = { shape: "cube", colour: "blue", material: "metal", size: "large", x: 0.1667, y: 0.1667 };
    expect(parseSamples(list({ question: "Q", scene: [ball, cube] }), "s")[0]).toMatchObject({
      picture: { kind: "scene", scene: { objects: [cube, ball] } },
    });
  });

  it("reads token samples, one frame or several", () => {
    const tokens = { prompt: [1, 2], trace: [3] };
    expect(parseSamples(list(tokens), "s")).toEqual([
      { kind: "tokens", pixelValues: null, pixelShape: null, prompt: [1, 2], trace: [3], pivots: null },
    ]);
    const pixels = { pixel_values: [0.5, 1, 2, 3, 4, 5], pixel_shape: [3, 1, 2] };
    expect(parseSamples(list({ ...tokens, ...pixels, pivots: [0] }), "s")).toEqual([
      {
        kind: "tokens",
        pixelValues: Float32Array.of(0.5, 1, 2, 3, 4, 5),
        pixelShape: [1, 3, 1, 2],
        prompt: [1, 2],
        trace: [3],
        pivots: [0],
      },
    ]);
    expect(parseSamples(list({ ...tokens, ...pixels, pixel_shape: [2, 3, 1, 1] }), "s")[0]).toMatchObject({
      pixelShape: [2, 3, 1, 1],
    });
  });

  it.each<[string, unknown, RegExp]>([
    ["a missing question", { image: "a.png" }, /s.json: "samples\[0\].question" is missing/],
    ["an empty question", { question: "  " }, /question/],
    ["a picture that is no path", { question: "Q", image: 3 }, /image" is the number 3/],
    ["a picture twice", { question: "Q", image: "a.png", scene: [] }, /image" is the string "a.png"; left out/],
    ["a sample that is no object", "Q", /"samples\[0\]" is the string "Q"/],
    ["an empty prompt", { prompt: [], trace: [1] }, /prompt/],
    ["an empty trace", { prompt: [1], trace: [] }, /trace/],
    [
      "ids that are no integers",
      { prompt: [1.5], trace: [1] },
      /s\.json: "samples\[0\]\.prompt\[0\]" is the number 1\.5; a whole number of at least 0 is needed\./,
    ],
    ["a pivot behind the trace", { prompt: [1], trace: [1], pivots: [1] }, /below the trace's length 1/],
    ["pixels without shape", { prompt: [1], trace: [1], pixel_values: [1] }, /pixel_shape/],
    [
      "a picture's shape of three sides",
      { prompt: [1], trace: [1], pixel_values: [1, 2, 3], pixel_shape: [1, 3, 1, 1], aspect_ratio: [1, 1, 1] },
      /aspect_ratio.*2 entries/,
    ],
    ["a flat shape", { prompt: [1], trace: [1], pixel_values: [1], pixel_shape: [1] }, /pixel_shape/],
    [
      "too few pixels",
      { prompt: [1], trace: [1], pixel_values: [1], pixel_shape: [3, 1, 1] },
      /the list \[1\].*needs 3/,
    ],
    [
      "pixels that are no numbers",
      { prompt: [1], trace: [1], pixel_values: [null], pixel_shape: [1, 1, 1] },
      /"samples\[0\]\.pixel_values\[0\]" is null; a number is needed\./,
    ],
  ])("names %s", (_, sample, message) => {
    expect(() => parseSamples(list(sample), "s.json")).toThrow(bad(message));
  });

  it("names a scene that is none", () => {
    const message = /s.json: "samples\[0\].scene" has 0 objects; a scene has 2 to 7/;
    expect(() => parseSamples(list({ question: "Q", scene: [] }), "s.json")).toThrow(bad(message, "bad-input"));
  });

  it("asks for at least one sample", () => {
    expect(() => parseSamples(list(), "s.json")).toThrow(bad(/"samples" is empty/, "bad-input"));
    expect(() => parseSamples("{}", "s.json")).toThrow(bad(/"samples" is missing/));
  });

  it("never fails with anything but a PivotscopeError", () => {
    const keys = fc.constantFrom(
      "image",
      "scene",
      "question",
      "trace",
      "prompt",
      "pivots",
      "pixel_values",
      "pixel_shape",
    );
    fc.assert(
      fc.property(fc.array(fc.dictionary(keys, fc.jsonValue({ maxDepth: 2 }))), (samples) => {
        try {
          expect(parseSamples(list(...samples), "s")).toHaveLength(samples.length);
        } catch (error) {
          expect(error).toMatchObject({ name: "PivotscopeError" });
        }
      }),
      { numRuns: 300 },
    );
  });
});

describe("parseCalibrationSet", () => {
  it("takes questions only", () => {
    expect(parseCalibrationSet(list({ question: "Q" }))).toHaveLength(1);
    expect(() => parseCalibrationSet(list({ question: "Q" }, { prompt: [1], trace: [1] }))).toThrow(
      bad(/calibration.json: "samples\[1\]"/),
    );
  });
});

describe("parseRecommended", () => {
  it("reads what is there, and nothing where there is no file", () => {
    expect(parseRecommended(null)).toEqual({});
    expect(parseRecommended("{}")).toEqual({});
    expect(parseRecommended('{"recommended": {"window": 2}}')).toEqual({ window: 2 });
    expect(parseRecommended('{"recommended": {"calibrationSamples": 96}}')).toEqual({ calibrationSamples: 96 });
  });

  it("refuses a wrong window and a parameter that nobody reads", () => {
    expect(() => parseRecommended('{"recommended": {"window": -1}}')).toThrow(bad(/recommended.window/));
    expect(() => parseRecommended('{"recommended": {"windw": 2}}')).toThrow(
      bad(/"recommended\.windw" is not known; known are window, calibrationSamples\./),
    );
  });
});

describeWithShared(
  "sample lists of reference checkpoints",
  (folder) => {
    const read = (path: string) => readFileSync(join(folder, path), "utf8");

    it("reads the calibration set of tiny-scenes", () => {
      const samples = parseCalibrationSet(read("checkpoints/tiny-scenes/calibration.json"));
      expect(samples).toHaveLength(128);
      expect(samples[0]).toEqual({
        kind: "picture",
        picture: { kind: "file", path: "pictures/c000.png" },
        question: "How many wooden objects are there?",
        trace: expect.stringMatching(/^Step 1: I observe a purple wooden cone/),
        answer: "one",
        family: "quantity",
      });
    });

    it("reads token samples out of an oracle's file, whose other fields it leaves alone", () => {
      const samples = parseSamples(read("oracles/idefics3-a/expected.json"), "expected.json");
      expect(samples).toHaveLength(4);
      expect(samples[0]).toMatchObject({ kind: "tokens", pixelShape: [1, 3, 32, 32], pivots: [0, 11, 24] });
    });
  },
  ["checkpoints/tiny-scenes/calibration.json", "oracles/idefics3-a/expected.json"],
);
