import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseSafetensorsHeader } from "./safetensors-header.ts";
import { mergeShards, parseSafetensorsIndex } from "./safetensors-index.ts";
import { countingTensor, writeSafetensors } from "./testing/write-safetensors.ts";

const FILE = "model.safetensors.index.json";
const parse = (index: unknown) =>
  parseSafetensorsIndex(typeof index === "string" ? index : JSON.stringify(index), FILE);
const headerOf = (...names: string[]) => {
  const bytes = writeSafetensors(names.map((name) => countingTensor(name, "F32", [2])));
  return parseSafetensorsHeader(bytes, bytes.length, "x");
};

describe("an index", () => {
  it("says where each tensor lies", () => {
    const index = parse({
      metadata: { total_size: 8, total_parameters: 2 },
      weight_map: { b: "two.safetensors", a: "one.safetensors", c: "one.safetensors" },
    });
    expect(index.paths).toEqual(["one.safetensors", "two.safetensors"]);
    expect(index.weightMap.get("c")).toBe("one.safetensors");
  });

  it.each<[string, unknown, RegExp]>([
    ["is not JSON", "{", /not valid JSON/],
    ["is a list", [], /an empty list; an object is needed/],
    ["has no weight map", {}, /"weight_map" is missing/],
    ["has an empty weight map", { weight_map: {} }, /"weight_map" is empty/],
    ["names no file", { weight_map: { a: 3 } }, /"weight_map.a" is the number 3/],
    ["names a file of another format", { weight_map: { a: "a.bin" } }, /tensor "a" in "a.bin"/],
    ["leaves the folder", { weight_map: { a: "../a.safetensors" } }, /tensor "a" in "..\/a.safetensors"/],
    ["names an address", { weight_map: { a: "https://x.org/a.safetensors" } }, /"https:/],
    ["lists a tensor twice", '{"weight_map": {"a": "x.safetensors", "a": "y.safetensors"}}', /"a" is listed twice/],
    ["has two weight maps", '{"weight_map": {"a": "x.safetensors"}, "weight_map": {}}', /"weight_map" is listed twice/],
    [
      "names more files than anybody has",
      { weight_map: Object.fromEntries(Array.from({ length: 1001 }, (_, i) => [`t${i}`, `${i}.safetensors`])) },
      /names 1001 files; at most 1000/,
    ],
  ])("that %s is refused", (_, index, message) => {
    expect(() => parse(index)).toThrow(
      expect.objectContaining({ code: "bad-checkpoint", message: expect.stringMatching(message) }),
    );
    expect(() => parse(index)).toThrow(/model\.safetensors\.index\.json/);
  });

  it("never fails with anything but a PivotscopeError, whatever is in it", () => {
    const anything = fc.oneof(
      fc.json(),
      fc
        .record({ metadata: fc.jsonValue(), weight_map: fc.dictionary(fc.string(), fc.jsonValue()) })
        .map((value) => JSON.stringify(value)),
      fc.string(),
    );
    fc.assert(
      fc.property(anything, (text) => {
        try {
          parse(text);
        } catch (error) {
          expect(error).toMatchObject({ name: "PivotscopeError" });
        }
      }),
      { numRuns: 500 },
    );
  });
});

describe("merging shards", () => {
  const one = "one.safetensors";
  const two = "two.safetensors";

  it("takes every tensor of every file, from the file that has it", () => {
    const headers = new Map([
      [one, headerOf("a", "unlisted")],
      [two, headerOf("b")],
    ]);
    const tensors = mergeShards(headers, FILE);
    expect([...tensors.keys()]).toEqual(["a", "unlisted", "b"]);
    expect(tensors.get("b")).toBe(headers.get(two)?.tensors.get("b"));
  });

  it("refuses a tensor that two files have, which may differ", () => {
    const headers = new Map([
      [one, headerOf("a")],
      [two, headerOf("a", "b")],
    ]);
    expect(() => mergeShards(headers, FILE)).toThrow(
      expect.objectContaining({
        code: "bad-checkpoint",
        message: expect.stringMatching(/"a" lies in two files, one.* and two/),
      }),
    );
  });
});
