/** Reads the JSON file of a plan, see plan.ts. */
import * as v from "valibot";
import { PivotscopeError } from "./errors.ts";
import { parseJson, readJson, textSource } from "./json/read.ts";
import { anything, mapOf, number, numbers, object, text } from "./json/schemas.ts";
import { checkVersion } from "./json/version.ts";
import { methodNamed } from "./methods/index.ts";
import { parseParameters } from "./parameters/parse.ts";
import { checkMeanInputs, PLAN_VERSION, type Plan } from "./plan.ts";
import { plural } from "./words.ts";

const SOURCE = textSource("plan", "The plan file");
const HASH = "a SHA-256 as 64 lower-case hex digits";
const share = number(0, 1);

const planSchema = object({
  model: object({ name: text, weightHash: v.pipe(v.string(HASH), v.regex(/^[0-9a-f]{64}$/, HASH)) }),
  method: text,
  parameters: anything,
  ratio: object({ asked: share, reached: share }),
  keep: mapOf(numbers(0, { maximum: 1, whole: true })),
  value: mapOf(numbers(0)),
  meanInputs: v.optional(mapOf(numbers())),
});

/**
 * Reads a plan and checks everything that can be checked without its model.
 * @throws PivotscopeError `bad-input` naming the field, what was found and what is expected; `unsupported` for another
 * version; `not-found` for an unknown method.
 */
export function parsePlan(json: string): Plan {
  const found = parseJson(json, SOURCE);
  checkVersion(found, PLAN_VERSION, SOURCE, "Make the plan again with this program.");
  const file = readJson(planSchema, found, SOURCE);
  const keep = keyedByModule("keep", file.keep);
  const value = keyedByModule("value", file.value);
  checkSameShape(keep, value);
  const meanInputs = file.meanInputs && keyedByModule("meanInputs", file.meanInputs);
  if (meanInputs) checkMeanInputs(keep, meanInputs);
  return {
    version: PLAN_VERSION,
    model: file.model,
    method: methodNamed(file.method).name,
    parameters: parseParameters(file.parameters),
    ratio: file.ratio,
    keep,
    value,
    ...(meanInputs && { meanInputs }),
  };
}

function keyedByModule(field: string, lists: ReadonlyMap<string, readonly number[]>) {
  const stranger = [...lists.keys()].find((key) => !/^(text|vision)\.\d+\.(attn|mlp)$/.test(key));
  if (stranger === undefined) return Object.fromEntries(lists);
  throw new PivotscopeError("bad-input", `${field}.${stranger}: is not a module; expected for example text.3.mlp.`);
}

function checkSameShape(keep: Plan["keep"], value: Plan["value"]): void {
  for (const key of new Set([...Object.keys(keep), ...Object.keys(value)])) {
    const kept = Object.hasOwn(keep, key) ? keep[key]?.length : undefined;
    const valued = Object.hasOwn(value, key) ? value[key]?.length : undefined;
    if (kept === valued) continue;
    throw new PivotscopeError(
      "bad-input",
      `value.${key}: found ${plural(valued ?? 0, "unit")}, but keep.${key} has ${kept ?? "none"}.`,
    );
  }
}
