// @module-tag attack
/** What `slice` refuses, what it leaves where it fails, and what is refused of folders like those that it writes. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { cp, mkdir, readdir, readFile, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { type Plan, serialisePlan } from "../core/plan.ts";
import { removedShare } from "../core/removed-share.ts";
import type { UnitLayout } from "../core/unit.ts";
import { openNodeSession } from "../engine/node-engine.ts";
import { unevenPlan, writeSmallFolder } from "../engine/testing/small-folders.ts";
import { fileOf } from "../models/export/contract.ts";
import { projectRoot } from "../testing/shared.ts";
import { openFolderDestination } from "./folder-destination.ts";
import { runCaptured } from "./testing/run-captured.ts";
import { useTemporaryFolder } from "./testing/temporary-folder.ts";

// biome-ignore lint/correctness/useHookAtTopLevel: no hook of React; all suites of this file share the folder.
const folder = useTemporaryFolder();
const signal = new AbortController().signal;
let model: string;
let plan: Plan;
let planFile: string;
let layout: UnitLayout;

beforeAll(async () => {
  model = writeSmallFolder("llama", folder.path("model"));
  const session = await openNodeSession(model);
  plan = unevenPlan(session, { compensated: true });
  layout = session.summary.layout;
  await session.dispose();
  planFile = await folder.write("plan.json", serialisePlan(plan));
});

const slice = (out: string, ...more: string[]) =>
  runCaptured(["slice", "--model", model, "--plan", planFile, "--format", "transformers", "--out", out, ...more]);

/** What the command says when it fails, which must be without a stack and without a result. */
async function complaint(args: readonly string[]): Promise<string> {
  const { code, output, errors } = await runCaptured(args);
  expect({ code, output }).toEqual({ code: 1, output: "" });
  expect(errors).not.toMatch(/\n\s+at /);
  return errors;
}
const complaintOf = (out: string, change: Readonly<Record<string, string>> = {}) => {
  const options = { model, plan: planFile, format: "transformers", out: folder.path(out), ...change };
  return complaint(["slice", ...Object.entries(options).flatMap(([name, value]) => [`--${name}`, value])]);
};
/** Names beside the results, finished or not. */
const beside = async (name: string) => (await readdir(folder.path(""))).filter((found) => found.includes(name));

describe("slice refuses", () => {
  it("a format and numbers that there are not", async () => {
    expect(await complaintOf("a", { format: "onyx" })).toMatch(/no export format "onyx"; there are transformers/);
    expect(await complaintOf("a", { dtype: "int4" })).toMatch(/dtype: found "int4"; there are stored, float32/);
  });

  it("a place that holds something, is a file, lies in the model's folder or in none", async () => {
    await mkdir(folder.path("taken"));
    await writeFile(folder.path("taken/own.txt"), "mine");
    expect(await complaintOf("taken")).toMatch(/taken is a folder that holds own\.txt\.\n.*nothing is written over/);
    expect(await readdir(folder.path("taken"))).toEqual(["own.txt"]);
    expect(await complaintOf("plan.json")).toMatch(
      /plan\.json (is a file|lies in .*plan\.json, which this command reads)/,
    );
    expect(await complaintOf("model/sliced")).toMatch(/lies in .*model, which this command reads/);
    expect(await complaintOf("model")).toMatch(/lies in .*model, which this command reads/);
    expect(await complaintOf("no/where")).toMatch(/the folder .*no does not exist/);
    expect(await readdir(model)).not.toContain("sliced");
  });

  it.each([
    [
      "other weights",
      { model: { name: "huge", weightHash: "f".repeat(64) } },
      /was made for huge with weights f{10}…; this model is model with weights/,
    ],
    ["another version", { version: 2 }, /plan\.json: version: found 2, this program reads version 1/],
    [
      "a ratio that is none of its own",
      { ratio: { asked: 0.1, reached: 0.1 } },
      /ratio\.reached: found 0\.1, but "keep" removes/,
    ],
    ["no plan at all", { keep: undefined }, /keep is missing/],
  ])("a plan of %s", async (_, change, message) => {
    const file = await folder.write("bad-plan.json", { ...plan, ...change });
    expect(await complaintOf("out", { plan: file })).toMatch(message);
    expect(await beside("out")).toEqual([]);
  });

  it("a plan that leaves a module nothing", async () => {
    const keep: Plan["keep"] = { ...plan.keep, "text.1.mlp": plan.keep["text.1.mlp"]?.map(() => 0) ?? [] };
    const removed = removedShare(layout, Uint8Array.from(layout.modules.flatMap(({ key }) => [...(keep[key] ?? [])])));
    const ratio = { asked: removed, reached: removed };
    const file = await folder.write("empty.json", { ...plan, keep, ratio });
    expect(await complaintOf("out", { plan: file })).toMatch(/text\.1\.mlp keeps none of its 112 units/);
  });

  it("an evaluation of another plan, of other weights, or none", async () => {
    const numbers = { tokens: 3, perplexity: 1, dense_perplexity: 1, argmax_match: 1 };
    const kl = { mean: 0, median: 0, p95: 0, maximum: 0 };
    const own = {
      model: "model",
      weight_hash: plan.model.weightHash,
      plan: { method: plan.method, ratio: plan.ratio },
      kl,
      ...numbers,
    };
    const refused = async (change: object) =>
      complaintOf("out", { evaluation: await folder.write("evaluation.json", { ...own, ...change }) });
    expect(await refused({ plan: { method: "random", ratio: plan.ratio } })).toMatch(/plan: found random at/);
    expect(await refused({ weight_hash: "f".repeat(64) })).toMatch(/was made for model with weights f{10}…/);
    expect(await refused({ plan: null })).toMatch(/evaluation\.json: plan: found null, expected that of a plan/);
    expect(await refused({ kl: {} })).toMatch(/kl\.mean is missing/);
    expect(await beside("out")).toEqual([]);
  });
});

describe("a folder is written whole or not at all", () => {
  const broken = {
    path: "b.bin",
    bytes: 100,
    async *stream() {
      yield new Uint8Array(50);
      throw new Error("The original is gone.");
    },
  };

  it("where a file breaks off, and where the run is cancelled", async () => {
    const out = folder.path("broken");
    await mkdir(out);
    const destination = await openFolderDestination(out);
    const files = [fileOf("a.txt", "a"), broken];
    await expect(destination.write(files, signal, () => {})).rejects.toThrow(
      /broken could not be written: The original is gone/,
    );
    expect(await beside("broken")).toEqual(["broken"]);
    expect(await readdir(out)).toEqual([]);
    const controller = new AbortController();
    const stopped = destination.write([fileOf("a.txt", "a"), fileOf("b.txt", "b")], controller.signal, () =>
      controller.abort(),
    );
    await expect(stopped).rejects.toMatchObject({ code: "cancelled" });
    expect(await beside("broken")).toEqual(["broken"]);
  });

  it("and never over what came there meanwhile, nor outside of itself", async () => {
    const out = folder.path("meanwhile");
    const destination = await openFolderDestination(out);
    await mkdir(out);
    await writeFile(join(out, "own.txt"), "mine");
    await expect(destination.write([fileOf("a.txt", "a")], signal, () => {})).rejects.toThrow(
      /meanwhile could not be written/,
    );
    expect(await readdir(out)).toEqual(["own.txt"]);
    const outside = await openFolderDestination(folder.path("outside"));
    await expect(outside.write([fileOf("../a.txt", "a")], signal, () => {})).rejects.toThrow(/not a path inside/);
    expect(await beside("outside")).toEqual([]);
  });

  it("and refused at once where no disk holds it", async () => {
    const destination = await openFolderDestination(folder.path("large"));
    const huge = { ...broken, bytes: 1e18 };
    await expect(destination.write([huge], signal, () => {})).rejects.toThrow(/would take .*; its disk has .* left/);
    expect(await beside("large")).toEqual([]);
  });

  /** Runs a line of the shell; `$CLI` is the program. */
  async function shell(line: string, onStart: (kill: (name: NodeJS.Signals) => void) => void = () => {}) {
    const program = `${process.execPath} --import tsx src/cli/main.ts`;
    const child = spawn("sh", ["-c", line.replaceAll("$CLI", program)], { cwd: projectRoot });
    let errors = "";
    child.stderr.on("data", (data: Buffer) => {
      errors += String(data);
    });
    onStart((name) => child.kill(name));
    const [code] = (await once(child, "close")) as [number];
    return { code, errors };
  }
  const line = (out: string) =>
    `exec $CLI slice --model ${model} --plan ${planFile} --format transformers --out ${folder.path(out)}`;

  it.skipIf(process.platform === "win32")("on a full disk, which is said without a stack", async () => {
    // A limit on the size of files stands in for a disk without space: writing breaks off in the middle as well.
    const { code, errors } = await shell(`trap '' XFSZ; ulimit -f 64; ${line("full")}`);
    expect({ code, errors }).toEqual({
      code: 1,
      errors: expect.stringMatching(/full\/model\.safetensors could not be written: .*\n/),
    });
    expect(errors).not.toMatch(/\n\s+at /);
    expect(await beside("full")).toEqual([]);
  });
});

it.each([
  [
    "onnx",
    /has no model\.safetensors and no model\.safetensors\.index\.json; its weights are in onnx\/.*\nSupported are safetensors/,
  ],
  ["gguf", /has its model in model\.gguf, which is GGUF and not read here/],
])("a folder of %s is for other programs, which is said when it is opened here", async (format, message) => {
  const bare = { ...plan, meanInputs: undefined };
  const file = await folder.write("bare-plan.json", bare);
  const out = folder.path(`as-${format}`);
  const args = ["slice", "--model", model, "--plan", file, "--format", format, "--out", out];
  expect(await runCaptured(args)).toMatchObject({ code: 0, errors: "" });
  expect(await complaint(["generate", "--model", out, "--question", "What?"])).toMatch(message);
});

describe("a sliced folder is refused", () => {
  let whole: string;
  let copies = 0;

  beforeAll(async () => {
    whole = folder.path("whole");
    expect(await slice(whole)).toMatchObject({ code: 0 });
  });

  /** What opening a copy says whose config.json was changed. */
  async function refusal(
    change: (config: Record<string, unknown>) => void,
    damage: (copy: string) => unknown = () => {},
  ) {
    copies += 1;
    const copy = folder.path(`copy-${copies}`);
    await cp(whole, copy, { recursive: true });
    const file = join(copy, "config.json");
    const config = JSON.parse(await readFile(file, "utf8"));
    change(config);
    await writeFile(file, JSON.stringify(config));
    await damage(copy);
    return complaint(["generate", "--model", copy, "--question", "What?", "--max-tokens", "1"]);
  }
  const layers = (per_layer_config: unknown) => (config: Record<string, unknown>) => {
    Object.assign(config, { per_layer_config });
  };

  it("in a newer version, which is told with the one that is supported", async () => {
    const newer = await refusal((config) => Object.assign(config.pivotscope as object, { version: 2 }));
    expect(newer).toMatch(/config\.json: "pivotscope\.version" is the number 2; .*1/);
  });

  it.each([
    [
      "a layer that is not there",
      { 3: { intermediate_size: 8 } },
      /config\.json: per_layer_config\.3: there are layers 0 to 2/,
    ],
    [
      "a field that is not known",
      { 0: { hidden_size: 8 } },
      /config\.json: "per_layer_config\.0\.hidden_size" is not known; known are intermediate_size/,
    ],
    [
      "no number",
      { 0: { intermediate_size: "8" } },
      /config\.json: "per_layer_config\.0\.intermediate_size" is the string "8"; a whole number/,
    ],
    [
      "no units",
      { 0: { num_key_value_heads: 0 } },
      /config\.json: "per_layer_config\.0\.num_key_value_heads" is the number 0; a whole number from 1/,
    ],
    ["more units than there are", { 0: { num_key_value_heads: 5 } }, /per_layer_config\.0: is wider than the model/],
    [
      "heads that make no group",
      { 0: { num_attention_heads: 4 } },
      /per_layer_config\.0: its heads are no whole groups/,
    ],
    ["a list in its place", [1], /config\.json: "per_layer_config" is .*an object is needed/],
  ])("with %s", async (_, given, message) => {
    expect(await refusal(layers(given))).toMatch(message);
  });

  it("whose weights are of other widths, lack a bias, are cut off or gone", async () => {
    expect(await refusal(layers({ 0: { intermediate_size: 9 } }))).toMatch(
      /model\.safetensors: tensor "model\.layers\.0\.\w+\.\w+_proj\.weight" has shape \[.*; config\.json asks for/,
    );
    const unbiased = folder.path("unbiased");
    const { meanInputs: _, ...bare } = plan;
    const file = await folder.write("bare.json", JSON.stringify(bare));
    expect(
      await runCaptured(["slice", "--model", model, "--plan", file, "--format", "transformers", "--out", unbiased]),
    ).toMatchObject({ code: 0 });
    expect(
      await refusal(
        () => {},
        (copy) => cp(join(unbiased, "model.safetensors"), join(copy, "model.safetensors")),
      ),
    ).toMatch(/self_attn\.o_proj\.bias/);
    expect(
      await refusal(
        () => {},
        (copy) => truncate(join(copy, "model.safetensors"), 100_000),
      ),
    ).toMatch(/model\.safetensors/);
    expect(
      await refusal(
        () => {},
        (copy) => writeFile(join(copy, "model.safetensors"), ""),
      ),
    ).toMatch(/model\.safetensors/);
  });
});
