/**
 * Writes the schema of plan files for programs that are not ours, `public/plan.schema.json`, from what the methods and their
 * parameters state: `npx tsx scripts/plan-schema.ts`. A test holds the file to this, and this to what `parsePlan` takes.
 */
import { writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { markerGroupNames } from "../src/core/markers.ts";
import { methods } from "../src/core/methods/index.ts";
import { parameterExplanations } from "../src/core/parameters/explanations.ts";
import { choiceDescriptions, defaultParameters, parameterDescriptions } from "../src/core/parameters.ts";
import { PLAN_VERSION } from "../src/core/plan.ts";

export const SCHEMA_FILE = join(resolve(import.meta.dirname, ".."), "public", "plan.schema.json");

const DIALECT = "https://json-schema.org/draft/2020-12/schema";
const MODULES = "^(text|vision)\\.\\d+\\.(attn|mlp)$";

const share = { type: "number", minimum: 0, maximum: 1 };

function byModule(description: string, items: object) {
  return {
    type: "object",
    description: `${description} Keyed tower.layer.kind, for example text.3.mlp.`,
    patternProperties: { [MODULES]: { type: "array", items } },
    additionalProperties: false,
  };
}

/** Constants of the methods; those that are absent have their defaults. */
function parameters() {
  const numbers = parameterDescriptions.map(({ name, minimum, maximum, integer }) => [
    name,
    { type: integer ? "integer" : "number", description: parameterExplanations[name], minimum, maximum },
  ]);
  const choices = choiceDescriptions.map(({ name, choices: words }) => [
    name,
    { description: parameterExplanations[name], enum: words.map(({ value }) => value) },
  ]);
  const stated = new Map([
    ...numbers,
    ...choices,
    [
      "markers",
      {
        type: "array",
        description: "Groups of markers that make pivots.",
        items: { enum: markerGroupNames },
      },
    ],
  ] as readonly (readonly [string, object])[]);
  const initial: Readonly<Record<string, unknown>> = { ...defaultParameters() };
  return {
    type: "object",
    description: "Constants of the methods that it was made with; one that is absent has its default.",
    properties: Object.fromEntries(
      Object.keys(initial).map((name) => [name, { ...stated.get(name), default: initial[name] }]),
    ),
    additionalProperties: false,
  };
}

/** The schema as an object. */
export function planSchema() {
  return {
    $schema: DIALECT,
    title: "Plan of Pivotscope",
    description:
      "Which units of a model stay, and how that came to be. A unit is a neuron of an MLP, a key/value head with its query " +
      "heads, or a head of the vision tower; a module's units own its rows and columns in order, as many each. Beyond what a " +
      "schema can say: value has as many numbers as keep, and meanInputs a multiple of that, in every module.",
    type: "object",
    required: ["version", "model", "method", "parameters", "ratio", "keep", "value"],
    properties: {
      version: { const: PLAN_VERSION },
      model: {
        type: "object",
        description: "What it was made for.",
        required: ["name", "weightHash"],
        properties: {
          name: { type: "string" },
          weightHash: {
            type: "string",
            description:
              "SHA-256 of the weights file; of several, that of their digests in the order of their names, each followed by a line feed.",
            pattern: "^[0-9a-f]{64}$",
          },
        },
      },
      method: { enum: methods.map(({ name }) => name), description: "What chose the units." },
      parameters: parameters(),
      ratio: {
        type: "object",
        description: "Shares of the structural parameters: what was asked to be removed, and what is.",
        required: ["asked", "reached"],
        properties: { asked: share, reached: share },
      },
      keep: byModule("1 for each unit that stays, 0 for one that is removed.", { enum: [0, 1] }),
      value: byModule("What units were ranked by, before the division by their cost.", { type: "number", minimum: 0 }),
      meanInputs: byModule(
        "Only with bias compensation: mean inputs of the module's last projection, one for each of its columns. The " +
          "projection's weights of the removed columns times these are added to its output.",
        { type: "number" },
      ),
    },
  };
}

/** The file's text. */
export const schemaText = () => `${JSON.stringify(planSchema(), null, 2)}\n`;

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) writeFileSync(SCHEMA_FILE, schemaText());
