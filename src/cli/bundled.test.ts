/** The commands on the bundled model: pictures and questions in, traces out. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { scenePicture } from "../testing/scene-picture.ts";
import { projectRoot } from "../testing/shared.ts";
import { runCaptured } from "./testing/run-captured.ts";
import { useTemporaryFolder } from "./testing/temporary-folder.ts";

const model = join(projectRoot, "public", "models", "scenes");

interface Listed {
  readonly question: string;
  readonly trace: string;
  readonly scene: readonly unknown[];
}

describe("the command line on the bundled model", () => {
  const folder = useTemporaryFolder();
  let listed: Listed;
  let planFile: string;
  let ask: readonly string[];

  const json = async (file: string) => JSON.parse(await readFile(file, "utf8"));

  beforeAll(async () => {
    const evaluation: { samples: Listed[] } = await json(join(model, "evaluation.json"));
    const [first] = evaluation.samples;
    if (!first) throw new Error("evaluation.json is empty.");
    listed = first;
    ask = ["--model", model, "--image", scenePicture, "--question", listed.question];
    const statistics = await runCaptured([
      ...["statistics", "--model", model, "--samples", join(model, "calibration.json")],
      ...["--limit", "4", "--out", folder.path("statistics.json")],
    ]);
    expect(statistics).toEqual({ code: 0, output: "", errors: "" });
    planFile = folder.path("plan.json");
    const plan = await runCaptured([
      ...["plan", "--model", model, "--statistics", folder.path("statistics.json")],
      ...["--ratio", "0.6", "--set", "gammaScale=0", "--out", planFile],
    ]);
    expect(plan).toEqual({ code: 0, output: "", errors: "" });
  }, 120_000);

  it("plan gives the same from statistics in safetensors, written here and brought along, as from JSON", async () => {
    const compact = folder.path("statistics.safetensors");
    await runCaptured([
      ...[
        "statistics",
        "--model",
        model,
        "--samples",
        join(model, "calibration.json"),
        "--limit",
        "4",
        "--out",
        compact,
      ],
    ]);
    const planOf = async (statistics: string) => {
      const { output, ...rest } = await runCaptured([
        ...["plan", "--model", model, "--statistics", statistics, "--ratio", "0.6", "--set", "gammaScale=0"],
      ]);
      expect(rest).toEqual({ code: 0, errors: "" });
      return JSON.parse(output);
    };
    // Values are rounded to float32.
    const [{ value: _, ...rounded }, { value: __, ...exact }] = [await planOf(compact), await json(planFile)];
    expect(rounded).toEqual(exact);
    const brought = await planOf(join(model, "statistics.safetensors"));
    expect(brought.parameters).toMatchObject({ window: 2, gammaScale: 0 });
  });

  it("statistics takes the window that the checkpoint recommends, unless told otherwise", async () => {
    const recommended = await json(folder.path("statistics.json"));
    expect(recommended.parameters).toMatchObject({ window: 2, batchSize: 2 });
    expect(recommended.calibration.samples).toBe(4);
    const { code, output } = await runCaptured([
      ...["statistics", "--model", model, "--samples", join(model, "calibration.json"), "--limit", "3"],
      ...["--window", "5", "--batch-size", "1", "--markers", "step, deduction", "--minimum-markers", "1"],
    ]);
    expect(code).toBe(0);
    const asked = JSON.parse(output);
    expect(asked.parameters).toEqual({
      window: 5,
      batchSize: 1,
      minimumMarkers: 1,
      markers: ["step", "deduction"],
      pivotPlacement: "markers",
      randomSeed: 1,
    });
    expect(asked.calibration).toEqual({ samples: 3, batches: 3, pivot_batches: 3 });
  }, 120_000);

  it("plan keeps the calibration's parameters and takes settings for its own", async () => {
    const plan = await json(planFile);
    expect(plan.parameters).toMatchObject({ window: 2, gammaScale: 0, alphaBase: 0.3 });
    const { output } = await runCaptured([
      ...["plan", "--model", model, "--statistics", folder.path("statistics.json"), "--ratio", "0.6"],
    ]);
    expect(JSON.parse(output).value).not.toEqual(plan.value);
  });

  it("generate streams the reference trace, and another one from a pruned model", async () => {
    expect(await runCaptured(["generate", ...ask])).toEqual({ code: 0, output: `${listed.trace}\n`, errors: "" });
    const pruned = await runCaptured(["generate", ...ask, "--plan", planFile, "--max-tokens", "40"]);
    expect(pruned.code).toBe(0);
    expect(pruned.output).not.toBe(`${listed.trace}\n`);
  }, 60_000);

  it("generate says when it cut the trace off", async () => {
    const { code, output, errors } = await runCaptured(["generate", ...ask, "--max-tokens", "3"]);
    expect(code).toBe(0);
    expect(errors).toMatch(/cut off/);
    expect(output.endsWith("\n")).toBe(true);
    expect(listed.trace.startsWith(output.trimEnd())).toBe(true);
    expect(output.trimEnd()).not.toBe("");
  }, 60_000);

  it("evaluate measures a written trace, and the dense model's own where the list has none", async () => {
    const samples = await folder.write("samples.json", {
      samples: [
        { image: scenePicture, question: listed.question, trace: listed.trace },
        { scene: listed.scene, question: listed.question },
      ],
    });
    const { code, output } = await runCaptured([
      "evaluate",
      "--model",
      model,
      "--samples",
      samples,
      "--plan",
      planFile,
      "--any-folder",
    ]);
    expect(code).toBe(0);
    const result = JSON.parse(output);
    const [written, generated] = result.samples;
    expect(written.tokens.join("").trim().startsWith(listed.trace)).toBe(true);
    expect(written.kl).toHaveLength(written.trace.length);
    // The model writes the reference trace by itself, so both are the same measurement.
    expect({ ...generated, scene: undefined }).toEqual({ ...written, image: undefined });
    expect(generated.scene).toEqual(listed.scene);
    expect(written.question).toBe(listed.question);
    expect(Math.max(...written.kl)).toBeGreaterThan(0.01);
    expect(result.kl.p95).toBeGreaterThan(result.kl.median);
    expect(result.argmax_match).toBeLessThan(1);
    expect(result.exact_match).toBe(0);
  }, 60_000);

  it("a picture's path is taken from the samples file's folder", async () => {
    const samples = await folder.write("elsewhere.json", {
      samples: [{ image: "pictures/e000.png", question: "What?" }],
    });
    const { code, errors } = await runCaptured(["evaluate", "--model", model, "--samples", samples]);
    expect(code).toBe(1);
    expect(errors).toContain(`${folder.path("pictures/e000.png")} does not exist.`);
  });

  it("stops at once when cancelled, writes no result and says so", async () => {
    const controller = new AbortController();
    const out = folder.path("cancelled.json");
    const { code, errors } = await runCaptured(
      ["statistics", "--model", model, "--samples", join(model, "calibration.json"), "--out", out],
      {
        signal: controller.signal,
        showProgress: true,
        onError: (text) => {
          if (text.includes("Calibrating")) controller.abort();
        },
      },
    );
    expect(code).toBe(130);
    expect(errors).toMatch(/Calibrating: sample 2 of 384, forward, layer 1 of \d+, 0 %/);
    expect(errors.endsWith("Cancelled.\n")).toBe(true);
    await expect(readFile(out)).rejects.toThrow(/ENOENT/);
  }, 60_000);
});
