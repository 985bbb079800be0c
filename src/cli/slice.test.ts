/** `slice --format transformers`: the folder it writes is a checkpoint like any other, and computes what the masks did. */
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Plan, planPruning, serialisePlan } from "../core/plan.ts";
import { exportModel } from "../engine/export/export-model.ts";
import { openNodeSession } from "../engine/node-engine.ts";
import { createPruningMasks } from "../engine/pass/compensation.ts";
import type { Session } from "../engine/session.ts";
import {
  BUNDLED,
  largestDifference,
  promptLogits,
  SMALL_KINDS,
  smallSample,
  type UnevenPlan,
  unevenPlan,
  writeSmallFolder,
} from "../engine/testing/small-folders.ts";
import { SafetensorsFile } from "../models/testing/safetensors-file.ts";
import { type WrittenTensor, writeSafetensors } from "../models/write-safetensors.ts";
import { readZip } from "../models/zip-file.ts";
import { runCaptured } from "./testing/run-captured.ts";
import { useTemporaryFolder } from "./testing/temporary-folder.ts";

const TOKENS = 12;

async function sliced(model: string, plan: string, out: string, ...more: string[]) {
  const args = ["slice", "--model", model, "--plan", plan, "--format", "transformers", "--out", out, ...more];
  expect(await runCaptured(args)).toEqual({ code: 0, output: "", errors: "" });
  return JSON.parse(await readFile(join(out, "config.json"), "utf8"));
}

describe.each(["bundled", ...SMALL_KINDS] as const)("the model %s, sliced", (kind) => {
  const folder = useTemporaryFolder();
  let dense: Session;
  let model: string;

  beforeAll(async () => {
    model = kind === "bundled" ? BUNDLED : writeSmallFolder(kind, folder.path("model"));
    dense = await openNodeSession(model);
  });
  afterAll(() => dense?.dispose());

  /** Writes the plan, slices by it, and compares the folder with the masks. */
  async function check(name: string, asked: UnevenPlan, ...more: string[]) {
    const plan = unevenPlan(dense, asked);
    const config = await sliced(
      model,
      await folder.write(`${name}.json`, serialisePlan(plan)),
      folder.path(name),
      ...more,
    );
    const { input } = smallSample(dense.model.definition);
    const masks = await createPruningMasks(dense.model, planPruning(plan, dense.summary.layout));
    const own = await openNodeSession(folder.path(name));
    try {
      const masked = await promptLogits(dense, input, masks);
      const found = await promptLogits(own, input, own.denseMasks);
      expect(largestDifference(found, masked)).toBeLessThan(1e-4);
      expect(largestDifference(found, await promptLogits(dense, input, dense.denseMasks))).toBeGreaterThan(0.1);
      const { ids } = await dense.generate(input, { masks, maximumTokens: TOKENS });
      expect((await own.generate(input, { maximumTokens: TOKENS })).ids).toEqual(ids);
      expect(own.summary.layout.unitCount).toBe(countKept(plan));
    } finally {
      masks.release();
      await own.dispose();
    }
    return config;
  }

  it("unevenly, gives the logits and tokens of the masks", async () => {
    const config = await check("uneven", {});
    const { className, text } = describeConfig(config);
    expect(className).toMatch(/^Sliced/);
    expect(Object.keys(text.per_layer_config ?? {}).length).toBeGreaterThan(1);
    expect(text.projection_bias).toBeUndefined();
  });

  it("with compensation, too, which it keeps as biases", async () => {
    expect(describeConfig(await check("compensated", { compensated: true })).text.projection_bias).toBe(true);
  });

  it("evenly, needs no code where transformers' own classes take it", async () => {
    const half = (units: number, _: number, unit: string) => (unit === "mlp" ? units / 2 : units === 4 ? 2 : units);
    const vision = dense.model.definition.vision !== null;
    const config = await check("even", { kept: half });
    // Heads of the vision tower are gone as well, for which transformers has no field.
    expect(describeConfig(config).className).toMatch(vision ? /^Sliced/ : /^(?!Sliced)\w+ForCausalLM$/);
    const whole = (units: number, _: number, unit: string) => (unit === "mlp" ? units / 2 : units);
    const plain = await check("plain", { kept: whole });
    expect(describeConfig(plain).className).not.toMatch(/^Sliced/);
    expect(JSON.stringify(plain)).not.toMatch(/per_layer_config|auto_map/);
    expect(await readdir(folder.path("plain"))).not.toContain("modeling_pivotscope.py");
  });
});

describe("a sliced model", () => {
  const folder = useTemporaryFolder();
  const calibration = join(BUNDLED, "calibration.json");

  it("is calibrated, planned for and sliced again as any other", async () => {
    const statistics = folder.path("statistics.safetensors");
    const plan = folder.path("plan.json");
    const run = async (...args: string[]) => expect(await runCaptured(args)).toMatchObject({ code: 0, errors: "" });
    const planned = async (model: string, from: string, method: string) =>
      run(
        ...["plan", "--model", model, "--statistics", from, "--ratio", "0.3"],
        ...["--method", method, "--out", plan],
      );
    await planned(BUNDLED, join(BUNDLED, "statistics.safetensors"), "flap");
    const once = folder.path("once");
    await sliced(BUNDLED, plan, once);
    await run("statistics", "--model", once, "--samples", calibration, "--limit", "2", "--out", statistics);
    await planned(once, statistics, "mucrasp");
    const evaluation = folder.path("evaluation.json");
    const measured = ["--model", once, "--samples", calibration, "--limit", "1", "--plan", plan];
    await run("evaluate", ...measured, "--out", evaluation);
    const twice = folder.path("twice");
    const config = await sliced(once, plan, twice, "--evaluation", evaluation);
    const first = JSON.parse(await readFile(join(BUNDLED, "config.json"), "utf8"));
    expect(config.pivotscope).toMatchObject({
      version: 1,
      model: "once",
      method: "mucrasp",
      from: { model: "scenes", method: "flap", ratio: { asked: 0.3 } },
    });
    expect(config.text_config.intermediate_size).toBe(first.text_config.intermediate_size);
    const readme = await readFile(join(twice, "README.md"), "utf8");
    expect(readme).toMatch(/^---\nlicense: mit\nlanguage: en\nbase_model: "once"\n/);
    expect(readme).toMatch(/^# once-mucrasp-30pct$/m);
    expect(readme).toMatch(/KL from the dense model's predictions, over \d+ tokens: mean [\d.e-]+, median/);
    expect(readme).toMatch(new RegExp(`SHA-256 \`${JSON.parse(await readFile(plan, "utf8")).model.weightHash}\``));
    expect((await runCaptured(["generate", "--model", twice, "--question", "What?", "--max-tokens", "3"])).code).toBe(
      0,
    );
  }, 240_000);

  it.each(["float32", "float16", "bfloat16"])("is written in %s where that is asked for", async (dtype) => {
    const session = await openNodeSession(BUNDLED);
    const plan = await folder.write("any.json", serialisePlan(unevenPlan(session)));
    await session.dispose();
    const config = await sliced(BUNDLED, plan, folder.path(dtype), "--dtype", dtype);
    expect(config).toMatchObject({ dtype, text_config: { dtype }, vision_config: { dtype } });
    const own = await openNodeSession(folder.path(dtype));
    const bytes = (await readFile(join(folder.path(dtype), "model.safetensors"))).length;
    const width = dtype === "float32" ? 4 : 2;
    expect(bytes / own.summary.layout.totalParameters).toBeCloseTo(width, 1);
    await own.dispose();
  });
});

describe("a file that ties its head and has a matrix for it, too", () => {
  const folder = useTemporaryFolder();

  it.each([true, false])("is written by the page as by the command, the matrices alike: %s", async (alike) => {
    const model = writeSmallFolder("idefics3", folder.path(`model-${alike}`));
    await addHead(join(model, "model.safetensors"), alike);
    const session = await openNodeSession(model);
    const plan = unevenPlan(session);
    const order = { format: "transformers", precision: "stored", plan, name: "small", measured: [], to: null } as const;
    const { file } = await exportModel(session, order, {});
    await session.dispose();
    const zip = new Uint8Array(await (file as Blob).arrayBuffer());
    const page = readZip(zip, "small.zip", { entries: 50, bytes: 1e8 });

    const out = folder.path(`sliced-${alike}`);
    const config = await sliced(model, await folder.write("plan.json", serialisePlan(plan)), out);
    expect(config.tie_word_embeddings).toBe(alike);
    const { tensors } = new SafetensorsFile(new Uint8Array(await readFile(join(out, "model.safetensors"))));
    expect(tensors.has("lm_head.weight")).toBe(!alike);
    const paths = await readdir(out);
    expect([...page.keys()].sort()).toEqual(paths.map((path) => `small/${path}`).sort());
    for (const path of paths) {
      const written = await readFile(join(out, path));
      expect([path, written.equals(page.get(`small/${path}`) ?? new Uint8Array())]).toEqual([path, true]);
    }
  });
});

/** Writes the embedding's matrix a second time, as the head's, or another in its place. */
async function addHead(path: string, alike: boolean) {
  const file = new SafetensorsFile(new Uint8Array(await readFile(path)));
  const tensors: WrittenTensor[] = [];
  await file.read({
    names: new Set(file.tensors.keys()),
    onTensor: (tensor) => void tensors.push({ ...tensor, bytes: tensor.bytes.slice() }),
  });
  const table = tensors.find(({ name }) => name.endsWith("embed_tokens.weight")) as WrittenTensor;
  const bytes = alike ? table.bytes : new Uint8Array(new Uint32Array(table.bytes.buffer).toReversed().buffer);
  await writeFile(path, writeSafetensors([...tensors, { ...table, name: "lm_head.weight", bytes }]));
}

function describeConfig(config: Record<string, unknown>) {
  const [className = ""] = config.architectures as string[];
  return { className, text: (config.text_config ?? config) as Record<string, object | boolean | undefined> };
}

function countKept(plan: Plan): number {
  return Object.values(plan.keep)
    .flat()
    .reduce((sum, unit) => sum + unit, 0);
}
