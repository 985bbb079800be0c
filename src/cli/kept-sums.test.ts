/** `statistics --keep`: interrupted in the middle, gone on with, and refused where it belongs to something else. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { SummedSoFar } from "../engine/contract.ts";
import { tinyFiles } from "../engine/testing/tiny-checkpoint.ts";
import { parseKept, serialiseKept } from "./kept-sums.ts";
import { runCaptured } from "./testing/run-captured.ts";
import { useTemporaryFolder } from "./testing/temporary-folder.ts";

describe("statistics --keep", () => {
  const folder = useTemporaryFolder();

  function statistics(...more: readonly string[]): string[] {
    const model = folder.path("model");
    if (!existsSync(model)) {
      mkdirSync(model);
      for (const [name, content] of tinyFiles()) writeFileSync(join(model, name), content);
    }
    const samples = join(model, "calibration.json");
    return ["statistics", "--model", model, "--samples", samples, "--batch-size", "1", ...more];
  }

  /** Runs until the second sample is begun, and cancels then. */
  async function interrupted(file: string) {
    const controller = new AbortController();
    const onError = (text: string) => {
      if (text.includes("Calibrating: sample 3 of 3")) controller.abort();
    };
    return runCaptured(statistics("--keep", file), { signal: controller.signal, showProgress: true, onError });
  }

  it("goes on from what was kept, with the numbers of an uninterrupted run, and removes the file then", async () => {
    const kept = folder.path("kept.json");
    const whole = await runCaptured(statistics());
    expect(whole.code).toBe(0);
    expect(await interrupted(kept)).toMatchObject({ code: 130 });
    const { done } = parseKept(readFileSync(kept, "utf8"), kept) as { readonly done: SummedSoFar };
    const rest = await runCaptured(statistics("--keep", kept), { showProgress: true });
    expect(rest.errors).toContain(`Calibrating from sample ${done.samples + 1}: sample`);
    expect(rest.errors).not.toContain(": sample 1 of 3");
    expect(rest.output).toBe(whole.output);
    expect(existsSync(kept)).toBe(false);
  });

  it("refuses what belongs to something else, and leaves it", async () => {
    const kept = folder.path("other.json");
    await interrupted(kept);
    const before = readFileSync(kept, "utf8");
    for (const [change, words] of [
      [["--window", "5"], /another window/],
      [["--limit", "2"], /other samples/],
    ] as const) {
      const { code, errors } = await runCaptured(statistics("--keep", kept, ...change));
      expect(code).not.toBe(0);
      expect(errors).toMatch(words);
      expect(errors).toContain(kept);
    }
    expect(readFileSync(kept, "utf8")).toBe(before);
    writeFileSync(kept, "{}");
    expect((await runCaptured(statistics("--keep", kept))).errors).toMatch(/no calibration that was kept/);
    writeFileSync(kept, "{");
    expect((await runCaptured(statistics("--keep", kept))).errors).toMatch(/not valid JSON/);
  });
});

it("carries every float32, to the bit", () => {
  const odd = Float32Array.of(0, -0, 1 / 3, 1e-45, 3.4e38, Number.NaN, Number.NEGATIVE_INFINITY);
  const sums = { pivot: odd, tokens: odd.subarray(1), terms: odd.slice(0, 0), inputs: odd, products: odd };
  const of = {
    weights: "",
    precision: "float32",
    parameters: "",
    samples: { count: 1, inputs: "", traces: "" },
  } as const;
  const record = { version: 1, of, done: { samples: 1, batches: 1, pivotBatches: 0, sums }, traces: [[1]] };
  expect(parseKept(serialiseKept(record), "kept.json")).toEqual(record);
});
