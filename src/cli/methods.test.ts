/** Plans of other methods on the bundled model: constants that are words, and bias compensation. */
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { projectRoot } from "../testing/shared.ts";
import { runCaptured } from "./testing/run-captured.ts";
import { useTemporaryFolder } from "./testing/temporary-folder.ts";

const model = join(projectRoot, "public", "models", "scenes");
const samples = join(model, "calibration.json");

describe("plans of other methods", () => {
  const folder = useTemporaryFolder();

  const plan = async (name: string, ...args: string[]) => {
    const out = folder.path(`${name}.json`);
    const all = ["plan", "--model", model, "--statistics", folder.path("statistics.json"), "--ratio", "0.4", ...args];
    const { code, output, errors } = await runCaptured(all);
    expect({ code, errors }).toEqual({ code: 0, errors: "" });
    await folder.write(`${name}.json`, output);
    return { file: out, plan: JSON.parse(output) };
  };

  beforeAll(async () => {
    const args = [
      "statistics",
      "--model",
      model,
      "--samples",
      samples,
      "--limit",
      "2",
      "--random-pivots",
      "--seed",
      "7",
    ];
    const { code, output } = await runCaptured(args);
    expect(code).toBe(0);
    await folder.write("statistics.json", output);
  }, 120_000);

  it("take words, and keep how the pivots were placed", async () => {
    const own = await plan("own");
    expect(own.plan.parameters).toMatchObject({ pivotPlacement: "random", randomSeed: 7, allocation: "own" });
    const uniform = await plan("uniform", "--set", "allocation=uniform", "--set", "randomSeed=3");
    expect(uniform.plan.parameters).toMatchObject({ pivotPlacement: "random", randomSeed: 3, allocation: "uniform" });
    expect(uniform.plan.keep).not.toEqual(own.plan.keep);
  });

  it.each([
    [["--set", "allocation=fair"], 1, /allocation: found "fair", expected one of own, budget, uniform/],
    [["--set", "pivotPlacement=markers"], 1, /pivotPlacement takes effect when the model is calibrated/],
    [["--set", "gammaScale=much"], 2, /NAME=VALUE with a number for gammaScale; found "gammaScale=much"/],
    [["--set", "colour=red"], 1, /colour: there is no such parameter/],
  ])("refuse %j", async (args, expected, message) => {
    const all = ["plan", "--model", model, "--statistics", "/nowhere.json", "--ratio", "0.4", ...args];
    const { code, errors } = await runCaptured(all);
    expect(code).toBe(expected);
    expect(errors).toMatch(message);
  });

  it("carry FLAP's bias compensation into what is measured", async () => {
    const compensated = await plan("flap", "--method", "flap");
    const bare = await plan("flap-bare", "--method", "flap", "--set", "flapCompensation=off");
    expect(compensated.plan.keep).toEqual(bare.plan.keep);
    expect(compensated.plan.meanInputs).toBeDefined();
    expect(bare.plan.meanInputs).toBeUndefined();
    const klOf = async (file: string) => {
      const args = ["evaluate", "--model", model, "--samples", samples, "--limit", "1", "--plan", file];
      const { code, output } = await runCaptured(args);
      expect(code).toBe(0);
      return JSON.parse(output).kl.mean;
    };
    const means = [await klOf(compensated.file), await klOf(bare.file)];
    expect(Math.abs((means[0] ?? 0) - (means[1] ?? 0))).toBeGreaterThan(1e-4);
  }, 60_000);

  it("refuse mean inputs of another model, naming the file", async () => {
    const { plan: made } = await plan("cut", "--method", "flap");
    const key = "text.0.mlp";
    const doubled = { ...made.meanInputs, [key]: [...made.meanInputs[key], ...made.meanInputs[key]] };
    const file = await folder.write("doubled.json", { ...made, meanInputs: doubled });
    const { code, errors } = await runCaptured(["generate", "--model", model, "--question", "What?", "--plan", file]);
    expect(code).toBe(1);
    expect(errors).toMatch(/doubled\.json: .*mean inputs have [\d,]+ entries/);
  }, 60_000);
});
