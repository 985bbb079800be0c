/** The published schema of plans takes what `parsePlan` takes, and refuses what it refuses. */
import { readFileSync } from "node:fs";
import { Ajv2020 } from "ajv/dist/2020.js";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { defaultParameters } from "../src/core/parameters.ts";
import { parsePlan } from "../src/core/parse-plan.ts";
import { createPlan, serialisePlan } from "../src/core/plan.ts";
import { createUnitLayout } from "../src/core/unit.ts";
import { SCHEMA_FILE, schemaText } from "./plan-schema.ts";

const text = readFileSync(SCHEMA_FILE, "utf8");
const validate = new Ajv2020({ allErrors: true }).compile(JSON.parse(text));

const layout = createUnitLayout(
  [
    { key: "text.0.attn", tower: "text", layer: 0, kind: "attn", unitCount: 2, unitCost: 8 },
    { key: "vision.11.mlp", tower: "vision", layer: 11, kind: "mlp", unitCount: 3, unitCost: 3 },
  ],
  100,
);
const plan = createPlan(
  layout,
  {
    ...{ keep: Uint8Array.of(1, 0, 1, 0, 1), values: Float64Array.of(1, 0, 2.5, 3, 1e-9), reachedRatio: 0.4 },
    ...{ meanInputs: Float32Array.of(1, -2, 3, 4, -5), inputColumns: Uint32Array.of(2, 3) },
  },
  {
    model: { name: "tiny", weightHash: "ab".repeat(32) },
    method: "flap",
    parameters: defaultParameters(),
    askedRatio: 0.5,
  },
);
type Json = Record<string, unknown>;
const whole = () => JSON.parse(serialisePlan(plan, { backend: "cpu" })) as Json;

/** Whether our reader takes it. */
function read(file: unknown): boolean {
  try {
    parsePlan(JSON.stringify(file));
    return true;
  } catch {
    return false;
  }
}

it("is what the methods and their parameters state (npx tsx scripts/plan-schema.ts writes it)", () => {
  expect(text).toBe(schemaText());
});

describe("a plan", () => {
  it("is taken as it is written, with other fields beside it, with and without compensation and parameters", () => {
    const { meanInputs: _, ...bare } = whole();
    for (const file of [whole(), bare, { ...bare, parameters: {} }]) {
      expect({ ours: read(file), theirs: validate(file), errors: validate.errors }).toEqual({
        ours: true,
        theirs: true,
        errors: null,
      });
    }
  });

  /** Every place in a plan, as a path. */
  const places = (found: unknown, path: readonly string[] = []): (readonly string[])[] =>
    typeof found === "object" && found !== null
      ? [
          ...(path.length > 0 ? [path] : []),
          ...Object.entries(found).flatMap(([name, inner]) => places(inner, [...path, name])),
        ]
      : [path];
  const values = [null, true, "x", "", -1, 0, 1, 2, 0.5, 1e9, [], [1], {}, { a: 1 }, "f".repeat(64), "mucrasp"];

  it("is refused by both where one place is another value or gone, but for what a schema cannot say", () => {
    const all = places(whole());
    const damaged = fc.tuple(fc.constantFrom(...all), fc.option(fc.constantFrom(...values), { nil: undefined }));
    let refused = 0;
    fc.assert(
      fc.property(damaged, ([path, value]) => {
        const file = whole();
        const last = path.at(-1) ?? "";
        const parent = path.slice(0, -1).reduce<Json>((inside, name) => inside[name] as Json, file);
        if (value !== undefined) parent[last] = value;
        else if (Array.isArray(parent)) parent.splice(Number(last), 1);
        else delete parent[last];
        const theirs = validate(file);
        if (read(file)) expect({ path, value, theirs, errors: validate.errors }).toMatchObject({ theirs: true });
        // Lengths that do not agree are all that only we can tell.
        else if (theirs) expect(lengthsAgree(file), JSON.stringify([path, value])).toBe(false);
        else refused += 1;
      }),
      { numRuns: 3000, seed: 1 },
    );
    expect(refused).toBeGreaterThan(1000);
  });

  it.each([
    ["a module of no known name", { keep: { "text.0.head": [1] } }],
    ["a parameter that is not known", { parameters: { gamma: 1 } }],
    ["a marker that is not known", { parameters: { markers: ["stop"] } }],
    ["a word for a choice", { parameters: { allocation: "fair" } }],
    ["a broken window", { parameters: { window: 2.5 } }],
    ["a hash in capitals", { model: { name: "tiny", weightHash: "AB".repeat(32) } }],
  ])("is refused by both for %s", (_, change) => {
    const file = { ...whole(), ...change };
    expect({ ours: read(file), theirs: validate(file) }).toEqual({ ours: false, theirs: false });
  });
});

function lengthsAgree({ keep, value, meanInputs }: Json): boolean {
  const lengths = (lists: unknown) =>
    new Map(Object.entries((lists ?? {}) as Record<string, unknown[]>).map(([key, list]) => [key, list.length]));
  const [kept, valued] = [lengths(keep), lengths(value)];
  const means = meanInputs === undefined ? kept : lengths(meanInputs);
  const same = (other: ReadonlyMap<string, number>, fits: (units: number, found: number) => boolean) =>
    other.size === kept.size && [...kept].every(([key, units]) => fits(units, other.get(key) ?? Number.NaN));
  return (
    same(valued, (units, found) => units === found) &&
    same(means, (units, found) => (units === 0 ? found === 0 : found > 0 && found % units === 0))
  );
}
