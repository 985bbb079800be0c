import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { parseBundledIndex } from "./bundled-index.ts";

const FILE = "models/index.json";
const model = { name: "scenes", label: "Scenes", url: "models/scenes/" };

it("reads the models that the page brings along", () => {
  const file = join(import.meta.dirname, "../../../../public", FILE);
  const models = parseBundledIndex(JSON.parse(readFileSync(file, "utf8")), FILE);
  expect(models.length).toBeGreaterThan(0);
  expect(parseBundledIndex({ models: [model] }, FILE)).toEqual([
    { ...model, parameters: null, bytes: null, statistics: null, results: null },
  ]);
});

it.each([
  [[], "models/index.json is an empty list; an object is needed."],
  [{ models: [] }, 'models/index.json: "models" is an empty list; a list of at least 1 entry is needed.'],
  [
    { models: [{ ...model, url: "" }] },
    'models/index.json: "models[0].url" is the string ""; a text that is not empty is needed.',
  ],
  [
    { models: [model, { ...model, bytes: -1 }] },
    'models/index.json: "models[1].bytes" is the number -1; a whole number of at least 0 is needed.',
  ],
])("refuses %j, naming the field", (json, message) => {
  expect(() => parseBundledIndex(json, FILE)).toThrow(message);
});
