// @module-tag attack
/** Every way in which a command line, or a file that it names, can be wrong. */
import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { beforeAll, describe, expect, it } from "vitest";
import { scenePicture } from "../testing/scene-picture.ts";
import { projectRoot } from "../testing/shared.ts";
import { runCaptured } from "./testing/run-captured.ts";
import { useTemporaryFolder } from "./testing/temporary-folder.ts";

const model = join(projectRoot, "public", "models", "scenes");
const calibration = join(model, "calibration.json");

/** Runs a command that must fail with code 1, write no result, and print a message without a stack trace. */
async function complaintOf(...args: string[]): Promise<string> {
  const { code, output, errors } = await runCaptured(args);
  expect({ code, output }).toEqual({ code: 1, output: "" });
  expect(errors).not.toMatch(/\n\s+at /);
  return errors;
}

describe("the program", () => {
  it("lists its commands, and each command its options", async () => {
    const { code, output, errors } = await runCaptured(["--help"]);
    expect({ code, errors }).toEqual({ code: 0, errors: "" });
    for (const name of ["statistics", "plan", "plan-sequential", "evaluate", "generate", "layers"]) {
      expect(output).toMatch(new RegExp(`^ {2}${name} `, "m"));
      const help = await runCaptured([name, "--help"]);
      expect({ code: help.code, errors: help.errors }).toEqual({ code: 0, errors: "" });
      expect(help.output).toContain(`cli -- ${name} --model DIR`);
    }
  });

  it.each([
    [[], /Usage:/],
    [["prune"], /no command "prune"/],
    [["statistics", "--modle", "x"], /Unknown option '--modle'.*\n.*statistics --help/],
    [["statistics", "--samples", "x"], /missing: --model DIR/],
    [["plan", "--model", "m", "--statistics", "s"], /missing: --ratio SHARE/],
    [["plan", "--model", "m", "--statistics", "s", "--ratio", "much"], /--ratio takes a number; found "much"/],
    [["plan", "--model", "m", "--statistics", "s", "--ratio", "0.5", "--set", "gammaScale"], /NAME=VALUE/],
    [["evaluate", "--model", "m"], /missing: --samples FILE/],
    [["generate", "--model", "m", "--image", "i"], /missing: --question TEXT/],
    [["judge", "--samples", "s", "--traces", "t", "--plan", "p"], /--plan does nothing without --model/],
    [["generate", "--model", "m", "--question", "q", "--any-weights"], /--any-weights does nothing without --plan/],
    [["sweep", "--model", "m", "--describe", "--keep", "k"], /--keep does nothing beside --describe/],
    [["generate", "extra"], /Unexpected argument 'extra'/],
  ])("answers %j with a message and code 2", async (args, message) => {
    const { code, output, errors } = await runCaptured(args);
    expect({ code, output }).toEqual({ code: 2, output: "" });
    expect(errors).toMatch(message);
  });

  it("answers in a process of its own", async () => {
    const { stdout, stderr } = await promisify(execFile)("npx", ["tsx", "src/cli/main.ts", "--help"], {
      cwd: projectRoot,
    });
    expect(stdout).toMatch(/Usage: npm run --silent cli -- COMMAND/);
    expect(stderr.split("\n").filter((line) => line !== "" && !line.startsWith("npm warn"))).toEqual([]);
    const failed = promisify(execFile)("npx", ["tsx", "src/cli/main.ts", "plan"], { cwd: projectRoot });
    await expect(failed).rejects.toMatchObject({ code: 2, stdout: "" });
  }, 60_000);

  it("shows where an error came from only when asked to", async () => {
    const args = ["statistics", "--model", "/nowhere", "--samples", calibration];
    expect((await runCaptured(args)).errors).not.toContain("    at ");
    expect((await runCaptured(args, { debug: true })).errors).toContain("    at ");
  });
});

describe("statistics refuses", () => {
  const folder = useTemporaryFolder();
  const complaint = (...args: string[]) => complaintOf("statistics", "--model", model, ...args);

  it("a model folder or a samples file that is not there", async () => {
    expect(await complaintOf("statistics", "--model", "/nowhere", "--samples", calibration)).toMatch(
      /config\.json is not in nowhere \(looked in \/nowhere\)/,
    );
    expect(await complaint("--samples", "/nowhere.json")).toMatch(/\/nowhere\.json does not exist/);
    expect(await complaint("--samples", model)).toMatch(/scenes could not be read/);
  });

  it("a samples file that is no JSON, has no samples, or samples of no known form", async () => {
    expect(await complaint("--samples", await folder.write("cut.json", '{"samples": [{'))).toMatch(
      /cut\.json is not valid JSON/,
    );
    expect(await complaint("--samples", await folder.write("none.json", { samples: [] }))).toMatch(
      /"samples" is empty/,
    );
    expect(await complaint("--samples", await folder.write("odd.json", { samples: [{ image: "a.png" }] }))).toMatch(
      /"samples\[0\]\.question" is missing/,
    );
  });

  it("token lists that the model cannot take", async () => {
    const refused = async (sample: object) =>
      complaint("--samples", await folder.write("tokens.json", { samples: [sample] }));
    expect(await refused({ prompt: [1], trace: [99999], pivots: [] })).toMatch(/samples\[0\]: token id 99999/);
    expect(await refused({ prompt: [1], trace: Array(600).fill(1), pivots: [] })).toMatch(/601 tokens.*512 positions/);
    expect(
      await refused({ prompt: [1], trace: [1], pivots: [], pixel_values: [1, 2, 3], pixel_shape: [3, 1, 1] }),
    ).toMatch(/samples\[0\]: pixel_shape is \[1, 3, 1, 1\]; the model takes \[1, 3, \d+, \d+\]/);
  });

  it("a result that cannot be written, before any work is done", async () => {
    expect(await complaint("--samples", calibration, "--out", folder.path("no/where.json"))).toMatch(
      /no does not exist/,
    );
    expect(await complaint("--samples", calibration, "--out", model)).toMatch(/is a folder/);
  });

  it.each([
    [["--window", "1000"], /window: found 1000, expected a whole number from 0 to 64/],
    [["--batch-size", "0"], /batchSize: found 0/],
    [["--limit", "0.5"], /limit: found 0.5/],
    [["--markers", "step,stop"], /"stop" is not a marker group/],
  ])("%j", async (args, message) => {
    expect(await complaint("--samples", calibration, ...args)).toMatch(message);
  });
});

describe("plan, evaluate and generate refuse", () => {
  const folder = useTemporaryFolder();
  let statistics: Record<string, unknown>;
  let plan: Record<string, unknown>;

  const planOf = (file: string, ...args: string[]) =>
    complaintOf(
      "plan",
      "--model",
      model,
      "--statistics",
      file,
      ...(args.includes("--ratio") ? [] : ["--ratio", "0.5"]),
      ...args,
    );
  const evaluation = (file: string, ...args: string[]) =>
    complaintOf("evaluate", "--model", model, "--samples", calibration, "--limit", "1", "--plan", file, ...args);

  beforeAll(async () => {
    const made = await runCaptured(["statistics", "--model", model, "--samples", calibration, "--limit", "1"]);
    statistics = JSON.parse(made.output);
    const file = await folder.write("statistics.json", statistics);
    plan = JSON.parse((await runCaptured(["plan", "--model", model, "--statistics", file, "--ratio", "0.5"])).output);
  }, 60_000);

  it("a ratio outside 0..1, an unknown method, and constants that are unknown, out of bounds or come too late", async () => {
    const file = folder.path("statistics.json");
    expect(await planOf(file, "--ratio", "1.5")).toMatch(/ratio: found 1\.5, expected a number from 0 to 1/);
    expect(await planOf(file, "--method", "magic")).toMatch(/no method "magic".\nUse one of mucrasp/);
    expect(await planOf(file, "--set", "gamma=1")).toMatch(/gamma: there is no such parameter/);
    expect(await planOf(file, "--set", "gammaScale=7")).toMatch(/gammaScale: found 7, expected a number from 0 to 1/);
    expect(await planOf(file, "--set", "window=4")).toMatch(/window takes effect when the model is calibrated/);
  });

  it("statistics that are absent, broken, of other weights or of another model", async () => {
    expect(await planOf("/nowhere.json")).toMatch(/\/nowhere\.json does not exist/);
    expect(await planOf(await folder.write("broken.json", "{"))).toMatch(/broken\.json is not valid JSON/);
    const { cmds: _, ...rest } = statistics;
    expect(await planOf(await folder.write("part.json", rest))).toMatch(/part\.json: cmds is missing/);
    const other = await folder.write("other.json", {
      ...statistics,
      model: "huge-scenes",
      weight_hash: "f".repeat(64),
    });
    expect(await planOf(other)).toMatch(
      /other\.json was made for huge-scenes with weights f{10}….*this model is scenes/,
    );
    const forced = await runCaptured([
      ...["plan", "--model", model, "--statistics", other, "--ratio", "0.5", "--any-weights"],
    ]);
    expect(JSON.parse(forced.output).keep).toEqual(plan.keep);
    const costs = await folder.write("costs.json", { ...statistics, unit_cost: { "text.attn": 1 } });
    expect(await planOf(costs)).toMatch(/costs\.json: unit_cost\.text\.attn: found 1/);
  });

  it("a plan that is absent, broken, of other weights or of another model", async () => {
    expect(await evaluation("/nowhere.json")).toMatch(/\/nowhere\.json does not exist/);
    expect(await evaluation(await folder.write("broken.json", "["))).toMatch(/broken\.json: .*is not JSON/);
    expect(await evaluation(folder.path("statistics.json"))).toMatch(/statistics\.json: version is missing/);
    const other = await folder.write("other-plan.json", {
      ...plan,
      model: { name: "huge-scenes", weightHash: "f".repeat(64) },
    });
    const made = /other-plan\.json was made for huge-scenes with weights f{10}…; this model is scenes with weights/;
    expect(await evaluation(other)).toMatch(made);
    const picture = scenePicture;
    const ask = ["generate", "--model", model, "--image", picture, "--question", "What?", "--plan", other];
    expect(await complaintOf(...ask)).toMatch(made);
    expect(await runCaptured([...ask, "--max-tokens", "1", "--any-weights"])).toMatchObject({ code: 0 });
    const keep: Record<string, number[]> = JSON.parse(JSON.stringify(plan.keep));
    keep["text.0.mlp"] = [1, 0, 1];
    expect(await evaluation(await folder.write("short.json", { ...plan, keep }))).toMatch(
      /short\.json: .*text\.0\.mlp/,
    );
  });

  it("a picture that is absent or no picture, an empty question and a length of nothing", async () => {
    const ask = (image: string, question: string, ...args: string[]) =>
      complaintOf("generate", "--model", model, "--image", image, "--question", question, ...args);
    const picture = scenePicture;
    expect(await ask("/nowhere.png", "What?")).toMatch(/\/nowhere\.png does not exist/);
    expect(await ask(calibration, "What?")).toMatch(/calibration\.json/);
    const cut = (await readFile(picture)).subarray(0, 200);
    expect(await ask(await folder.write("cut.png", cut), "What?")).toMatch(/cut\.png/);
    expect(await ask(picture, " ")).toMatch(/question/i);
    expect(await ask(picture, "What?", "--max-tokens", "0")).toMatch(/max-tokens: found 0/);
    expect(await ask(picture, "What?", "--picture-budget", "64")).toMatch(
      /this model's pictures have a size of their own/,
    );
  });
});
