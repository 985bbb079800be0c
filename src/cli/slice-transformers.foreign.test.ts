/** A sliced folder in transformers: opened by name, it gives our logits and tokens, also once it was saved from there. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { serialisePlan } from "../core/plan.ts";
import { openNodeSession } from "../engine/node-engine.ts";
import {
  BUNDLED,
  largestDifference,
  OPENED_KINDS,
  promptLogits,
  smallSample,
  type UnevenPlan,
  unevenPlan,
  writeSmallFolder,
} from "../engine/testing/small-folders.ts";
import { askLogits, type LogitsAnswer, type LogitsRequest } from "../testing/foreign-logits.ts";
import { runCaptured } from "./testing/run-captured.ts";
import { useTemporaryFolder } from "./testing/temporary-folder.ts";

const TOKENS = 12;

interface Case {
  readonly name: string;
  readonly asked: UnevenPlan;
  /** Whether the folder has code of its own. */
  readonly own: boolean;
}

const CASES: readonly Case[] = [
  { name: "uneven", asked: {}, own: true },
  { name: "uneven, compensated", asked: { compensated: true }, own: true },
  {
    name: "alike in every layer",
    asked: { kept: (units, _, kind) => (kind === "mlp" ? units / 2 : units) },
    own: false,
  },
];

describe.each(["bundled", "smolvlm", ...OPENED_KINDS] as const)("the model %s, sliced", (kind) => {
  const folder = useTemporaryFolder();
  const computed = new Map<string, { readonly logits: Float32Array; readonly tokens: readonly number[] }>();
  const answers = new Map<string, LogitsAnswer>();

  /** The folder of a case, with what our engine computes from it. */
  async function prepare(model: string, { name, asked }: Case): Promise<LogitsRequest> {
    const session = await openNodeSession(model);
    const plan = await folder.write(`${name}.json`, serialisePlan(unevenPlan(session, asked)));
    const { input, pixels, shape } = smallSample(session.model.definition);
    await session.dispose();
    const out = folder.path(name);
    const args = ["slice", "--model", model, "--plan", plan, "--format", "transformers", "--out", out];
    expect(await runCaptured(args)).toMatchObject({ code: 0, errors: "" });
    const sliced = await openNodeSession(out);
    const logits = await promptLogits(sliced, input, sliced.denseMasks);
    computed.set(name, { logits, tokens: (await sliced.generate(input, { maximumTokens: TOKENS })).ids });
    await sliced.dispose();
    return { model: out, samples: [{ prompt: input.prompt, pixels: pixels && [...pixels], shape, tokens: TOKENS }] };
  }

  beforeAll(async () => {
    const model = kind === "bundled" ? BUNDLED : writeSmall(kind, folder.path("model"));
    const requests: [string, LogitsRequest][] = [];
    for (const one of CASES) {
      const request = await prepare(model, one);
      requests.push([one.name, { ...request, trust: one.own }]);
      requests.push([`${one.name}, saved`, { ...request, trust: one.own, saved: folder.path(`${one.name} saved`) }]);
      if (one.own) requests.push([`${one.name}, without trust`, { ...request, samples: [] }]);
    }
    const found = await askLogits(requests.map(([, request]) => request));
    for (const [index, [name]] of requests.entries()) answers.set(name, found[index] as LogitsAnswer);
  });

  describe.each(CASES)("$name", ({ name, own }) => {
    it.each([name, `${name}, saved`])("gives our logits and tokens: %s", (asked) => {
      const found = answers.get(asked);
      expect(found?.error).toBeUndefined();
      expect(found?.className.startsWith("Sliced")).toBe(own);
      const [sample] = found?.samples ?? [];
      const ours = computed.get(name);
      expect(largestDifference(sample?.logits ?? [], ours?.logits ?? [])).toBeLessThan(1e-4);
      expect(ours?.tokens.length).toBeGreaterThan(0);
      expect(sample?.tokens.slice(0, ours?.tokens.length)).toEqual(ours?.tokens);
    });

    it("opens here again once transformers has saved it", async () => {
      const saved = folder.path(`${name} saved`);
      const config = JSON.parse(await readFile(join(saved, "config.json"), "utf8"));
      expect(config.pivotscope).toMatchObject({ version: 1 });
      const session = await openNodeSession(saved);
      const { input } = smallSample(session.model.definition);
      const logits = await promptLogits(session, input, session.denseMasks);
      expect(largestDifference(logits, computed.get(name)?.logits ?? [])).toBeLessThan(1e-4);
      await session.dispose();
    });
  });

  it.each(CASES.filter(({ own }) => own))("is refused where its code may not run: $name", ({ name }) => {
    expect(answers.get(`${name}, without trust`)?.error).toMatch(/per-layer attribute|mismatch/);
  });
});

/** "smolvlm" is the Idefics3 under transformers' other name for it. */
function writeSmall(kind: "smolvlm" | (typeof OPENED_KINDS)[number], folder: string): string {
  if (kind !== "smolvlm") return writeSmallFolder(kind, folder);
  const named = { architectures: ["SmolVLMForConditionalGeneration"], model_type: "smolvlm" };
  return writeSmallFolder("idefics3", folder, {
    change: (config) => {
      Object.assign(config, named);
      Object.assign(config.vision_config as object, { model_type: "smolvlm_vision" });
    },
  });
}
