/** examples.json of a bundled model: pictures or scenes with questions that the page offers. */
import * as v from "valibot";
import { PivotscopeError } from "../../../core/errors.ts";
import { fileSource, readJson } from "../../../core/json/read.ts";
import { anything, list, object, text } from "../../../core/json/schemas.ts";
import { parseScene } from "../../../scenes/scene-json.ts";
import { exampleLabel } from "./example-labels.ts";
import type { Example } from "./input-state.ts";

const FILE = "examples.json";
const SOURCE = fileSource(FILE, { code: "bad-input", hint: "Correct the model's examples.json." });

const examplesSchema = object({
  examples: v.nullish(
    list(
      object({
        question: text,
        family: v.nullish(text, ""),
        kind: v.nullish(text, ""),
        image: v.nullish(text),
        scene: anything,
      }),
    ),
    [],
  ),
});

/** Reads examples.json. @throws PivotscopeError `bad-input` naming the entry that is wrong. */
export function parseExamples(json: unknown, folderUrl: string): readonly Example[] {
  const { examples } = readJson(examplesSchema, json, SOURCE);
  const folder = folderUrl.replace(/\/$/, "");
  return examples.map(({ question, family, kind, image, scene }, index) => {
    const name = `${FILE}: examples[${index}]`;
    const about = { id: String(index + 1), question, family, label: exampleLabel({ kind, family }) };
    if (scene !== undefined) return { ...about, scene: parseScene(scene, `${name}.scene`) };
    if (typeof image === "string") return { ...about, imageUrl: `${folder}/${image}` };
    throw new PivotscopeError("bad-input", `${name} has neither a scene nor an image.`);
  });
}
