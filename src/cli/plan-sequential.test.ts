/** `plan-sequential` on the bundled model. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parsePlan } from "../core/parse-plan.ts";
import { projectRoot } from "../testing/shared.ts";
import { runCaptured } from "./testing/run-captured.ts";
import { useTemporaryFolder } from "./testing/temporary-folder.ts";

const model = join(projectRoot, "public", "models", "scenes");
const samples = join(model, "calibration.json");
const ask = ["plan-sequential", "--model", model, "--samples", samples, "--limit", "2"];

describe("plan-sequential", () => {
  const folder = useTemporaryFolder();

  it("writes a plan of Wanda-SP that evaluate takes", async () => {
    const out = folder.path("sequential.json");
    const captured = await runCaptured([...ask, "--ratio", "0.25", "--out", out]);
    expect(captured).toEqual({ code: 0, output: "", errors: "" });
    const plan = parsePlan(await readFile(out, "utf8"));
    expect(plan).toMatchObject({ method: "wanda-sp", model: { name: "scenes" }, ratio: { asked: 0.25 } });
    expect(plan.ratio.reached).toBeGreaterThan(0.2);
    expect(plan.ratio.reached).toBeLessThanOrEqual(0.25);
    for (const [module, keep] of Object.entries(plan.keep)) {
      const removed = keep.filter((kept) => kept === 0).length;
      expect(removed, module).toBe(Math.floor(keep.length * 0.25));
    }
    const evaluated = await runCaptured([
      ...["evaluate", "--model", model, "--samples", join(model, "evaluation.json"), "--limit", "1", "--plan", out],
    ]);
    expect(evaluated).toMatchObject({ code: 0, errors: "" });
    expect(JSON.parse(evaluated.output)).toMatchObject({ plan: { method: "wanda-sp", ratio: plan.ratio } });
  }, 120_000);

  it("refuses a ratio and a limit that mean nothing, before it loads the model", async () => {
    const elsewhere = ["plan-sequential", "--model", "/nowhere", "--samples", samples];
    const ratio = await runCaptured([...elsewhere, "--ratio", "1.5"]);
    expect(ratio).toMatchObject({ code: 1, output: "" });
    expect(ratio.errors).toMatch(/ratio: found 1.5/);
    const limit = await runCaptured([...elsewhere, "--ratio", "0.5", "--limit", "0"]);
    expect(limit).toMatchObject({ code: 1, output: "" });
    expect(limit.errors).toMatch(/limit/);
  });

  it("stops when it is cancelled, without a result", async () => {
    const controller = new AbortController();
    const { code, output } = await runCaptured([...ask, "--ratio", "0.25"], {
      signal: controller.signal,
      showProgress: true,
      onError: (text) => {
        if (text.includes("Pruning text layer 1 of 12")) controller.abort();
      },
    });
    expect({ code, output }).toEqual({ code: 130, output: "" });
  }, 120_000);
});
