/** models/index.json: the models that the page brings along. */
import * as v from "valibot";
import { fileSource, readJson } from "../../../core/json/read.ts";
import { integer, list, object } from "../../../core/json/schemas.ts";
import type { BundledModel } from "./model-state.ts";

const words = v.pipe(v.string("a text"), v.nonEmpty("a text that is not empty"));
const count = v.nullish(integer(0), null);

const indexSchema = object({
  models: list(
    object({
      ...{ name: words, label: words, url: words, parameters: count, bytes: count },
      statistics: v.nullish(words, null),
      results: v.nullish(words, null),
    }),
    { least: 1 },
  ),
});

/** @throws PivotscopeError `bad-input` naming the field that is wrong. */
export function parseBundledIndex(json: unknown, file: string): readonly BundledModel[] {
  const source = fileSource(file, { code: "bad-input", hint: "Restore the file from the project." });
  return readJson(indexSchema, json, source).models;
}
