/** `training/apply_plan.py`, which knows transformers and nothing of ours, gives the logits and tokens of our masks. */
import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { promisify } from "node:util";
import { beforeAll, describe, expect, inject, it } from "vitest";
import { type Plan, planPruning, serialisePlan } from "../core/plan.ts";
import { openNodeSession } from "../engine/node-engine.ts";
import { createPruningMasks } from "../engine/pass/compensation.ts";
import type { Session } from "../engine/session.ts";
import {
  BUNDLED,
  largestDifference,
  OPENED_KINDS,
  promptLogits,
  smallSample,
  unevenPlan,
  writeSmallFolder,
} from "../engine/testing/small-folders.ts";
import { askLogits, type LogitsAnswer } from "../testing/foreign-logits.ts";
import { scenePicture } from "../testing/scene-picture.ts";
import { projectRoot } from "../testing/shared.ts";
import { runCaptured } from "./testing/run-captured.ts";
import { useTemporaryFolder } from "./testing/temporary-folder.ts";

const TOKENS = 12;
const WAYS = [false, true].flatMap((compensated) =>
  (["masks", "slices"] as const).map((how) => ({ how, compensated, name: `${how}, compensated: ${compensated}` })),
);

/** Changes to a plan that make it unfit, with what has to be said of them. */
const REFUSALS: readonly (readonly [string, (plan: Plan) => object, RegExp])[] = [
  [
    "other weights",
    () => ({ model: { name: "huge", weightHash: "f".repeat(64) } }),
    /bad\.json: model\.weightHash: the plan was made for huge with weights f{12}…, but .* has /,
  ],
  ["another version", () => ({ version: 2 }), /version: found 2, this program reads version 1/],
  [
    "a ratio that is no number",
    ({ ratio }) => ({ ratio: { ...ratio, reached: "half" } }),
    /bad\.json is no whole plan: could not convert string to float: 'half'/,
  ],
  [
    "mean inputs of one module alone",
    () => ({ meanInputs: { "text.0.mlp": [1] } }),
    /meanInputs\.\S+: expected mean inputs of all of the model's modules, or of none/,
  ],
  ["no method", () => ({ method: undefined }), /is no whole plan: 'method'/],
  [
    "a module that is missing",
    ({ keep: { "text.0.mlp": _, ...keep } }) => ({ keep }),
    /keep\.text\.0\.mlp: found nothing/,
  ],
  [
    "a module too many",
    ({ keep }) => ({ keep: { ...keep, "text.99.mlp": [1] } }),
    /keep\.text\.99\.mlp: this model has no such module/,
  ],
  [
    "a module that would be empty",
    ({ keep }) => ({ keep: { ...keep, "text.1.mlp": keep["text.1.mlp"]?.map(() => 0) } }),
    /keep\.text\.1\.mlp: keeps no unit/,
  ],
];

describe.each(["bundled", ...OPENED_KINDS] as const)("a plan for the model %s", (kind) => {
  const folder = useTemporaryFolder();
  const answers = new Map<string, LogitsAnswer>();
  const own = new Map<string, { readonly logits: Float32Array; readonly tokens: readonly number[] }>();
  let dense: Float32Array;
  let removedParameters = 0;

  const writePlan = async (name: string, text: string) => {
    await writeFile(folder.path(name), text);
    return folder.path(name);
  };

  async function computeOwn(session: Session, plan: Plan, name: string) {
    const { input } = smallSample(session.model.definition);
    const masks = await createPruningMasks(session.model, planPruning(plan, session.summary.layout));
    const logits = await promptLogits(session, input, masks);
    own.set(name, { logits, tokens: (await session.generate(input, { masks, maximumTokens: TOKENS })).ids });
    masks.release();
  }

  beforeAll(async () => {
    const model = kind === "bundled" ? BUNDLED : writeSmallFolder(kind, folder.path("model"));
    const session = await openNodeSession(model);
    const { input, pixels, shape } = smallSample(session.model.definition);
    const samples = [{ prompt: input.prompt, pixels: pixels && [...pixels], shape, tokens: TOKENS }];
    dense = await promptLogits(session, input, session.denseMasks);
    const requests = [];
    for (const { how, compensated, name } of WAYS) {
      const plan = unevenPlan(session, { compensated });
      await computeOwn(session, plan, name);
      requests.push({ model, plan: await writePlan(`${name}.json`, serialisePlan(plan)), how, samples });
    }
    const plan = unevenPlan(session);
    for (const [name, change] of REFUSALS) {
      const file = await writePlan(`${name} bad.json`, JSON.stringify({ ...plan, ...change(plan) }));
      requests.push({ model, plan: file, how: "slices" as const, samples: [] });
    }
    const names = [...WAYS.map(({ name }) => name), ...REFUSALS.map(([name]) => name)];
    const found = await askLogits(requests);
    for (const [index, answer] of found.entries()) answers.set(names[index] ?? "", answer);
    for (const { key, unitCost } of session.summary.layout.modules) {
      removedParameters += unitCost * (plan.keep[key] ?? []).filter((unit) => unit === 0).length;
    }
    await session.dispose();
  });

  it.each(WAYS)("as $name", ({ name }) => {
    const found = answers.get(name);
    expect(found?.error).toBeUndefined();
    const [sample] = found?.samples ?? [];
    expect(largestDifference(sample?.logits ?? [], own.get(name)?.logits ?? [])).toBeLessThan(1e-4);
    const tokens = own.get(name)?.tokens ?? [];
    expect(tokens.length).toBeGreaterThan(0);
    expect(sample?.tokens.slice(0, tokens.length)).toEqual(tokens);
    expect(largestDifference(sample?.logits ?? [], dense)).toBeGreaterThan(0.1);
  });

  it("is really smaller as slices", () => {
    const parametersOf = (name: string) => answers.get(name)?.parameters ?? Number.NaN;
    const saved = parametersOf("masks, compensated: false") - parametersOf("slices, compensated: false");
    // Units' costs count matrices alone.
    expect(saved / removedParameters).toBeGreaterThanOrEqual(1);
    expect(saved / removedParameters).toBeLessThan(1.05);
  });

  it.each(REFUSALS)("is refused for %s", (name, _, message) => {
    expect(answers.get(name)?.error).toMatch(message);
  });
});

describe("as a program", () => {
  const folder = useTemporaryFolder();
  const run = async (...args: string[]) => {
    const all = ["training/apply_plan.py", "--model", BUNDLED, ...args];
    const { stdout } = await promisify(execFile)(inject("foreignPython"), all, { cwd: projectRoot });
    return stdout.trim().split("\n");
  };

  it("says what stays, and answers a question about a picture as our command line does", async () => {
    const session = await openNodeSession(BUNDLED);
    const plan = unevenPlan(session, { kept: (units) => units });
    const count = session.summary.layout.totalParameters.toLocaleString("en");
    await session.dispose();
    const file = await folder.write("plan.json", serialisePlan(plan));
    const question = ["--image", scenePicture, "--question", "Which object is lowest?"];
    const [facts, answer] = await run("--plan", file, ...question);
    expect(facts).toBe(`flap at 0.0%: 5,696 of 5,696 units, ${count} of ${count} parameters stay`);
    expect((await runCaptured(["generate", "--model", BUNDLED, ...question])).output.trim()).toBe(answer);
  });
});
