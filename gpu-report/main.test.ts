/** The whole program in a process of its own, on the software GPU that Chromium carries. */
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync, rmSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { swiftShaderEnvironment, withoutSwiftShader } from "../scripts/vulkan-driver.ts";
import { KERNELS } from "../src/runtime/kernels/kernel-set.ts";
import { parseReport } from "./schema.ts";

const MAIN = join(import.meta.dirname, "main.ts");
/** Enough for some kernels; the models, which take minutes in software, do not fit. */
const SECONDS = "15";

let out = "";
beforeAll(async () => {
  out = await mkdtemp(join(tmpdir(), "pivotscope-gpu-report-"));
});
afterAll(() => rmSync(out, { recursive: true, force: true }));

function run(args: readonly string[], environment: Readonly<Record<string, string>>) {
  const { status, signal, stderr } = spawnSync(process.execPath, ["--import", "tsx", MAIN, ...args, "--out", out], {
    env: { PATH: process.env.PATH, HOME: process.env.HOME, ...environment },
    encoding: "utf8",
  });
  return { status, signal, stderr };
}

const vulkan = swiftShaderEnvironment();
const suite = "the report about a GPU";

describe.skipIf(vulkan === null)(vulkan === null ? `${suite}: ${withoutSwiftShader(suite)}` : suite, () => {
  it("says what was checked, and of all else that the time was used up", { timeout: 240_000 }, () => {
    const { status, signal, stderr } = run(["--backend", "software", "--seconds", SECONDS], vulkan ?? {});
    expect({ status, signal }, stderr).toEqual({ status: 0, signal: null });
    const names = readdirSync(out).sort();
    expect(names).toEqual([expect.stringMatching(/\.html$/), expect.stringMatching(/\.json$/)]);
    const [page = "", file = ""] = names.map((name) => readFileSync(join(out, name), "utf8"));
    const report = parseReport(file, names[1] ?? "");
    expect(report.adapter).toMatchObject({ software: "SwiftShader", subgroups: { minimum: 4 } });
    expect(report.adapter.limits.maxBufferSize).toBeGreaterThan(2 ** 20);
    expect(report.checks.slice(0, KERNELS.length).map(({ name }) => name)).toEqual(
      KERNELS.map(({ name }) => `kernel ${name}`),
    );
    // How far it comes depends on the machine; nothing fails, and what is not there says why.
    const parts = [...report.checks, ...report.measurements, ...report.comparisons];
    expect(parts.filter((part) => part.status === "failed")).toEqual([]);
    const skipped = parts.filter((part) => part.status === "skipped");
    const reasons = [
      "The time was used up.",
      "This GPU has no half precision (shader-f16).",
      "The model was not loaded.",
      "Nothing was calibrated.",
    ];
    expect(skipped.filter(({ detail }) => !reasons.includes(detail))).toEqual([]);
    expect(skipped.map(({ detail }) => detail)).toEqual(expect.arrayContaining(reasons.slice(0, 2)));
    expect(page).toContain("SwiftShader");
  });

  it("takes no software for a GPU unless it is told to", { timeout: 60_000 }, () => {
    const { status, stderr } = run([], vulkan ?? {});
    expect({ status, stderr }).toEqual({
      status: 1,
      stderr: expect.stringMatching(/SwiftShader.*\n.*--backend software/),
    });
  });
});

it.each([
  [["--seconds", "soon"], "--seconds takes a number above 0"],
  [["--random", "gpt"], "--random takes smolvlm-256m"],
  [["--model", "/nowhere"], "/nowhere is no folder"],
  [["--model", ".", "--random", "smolvlm-256m"], "cannot stand together"],
  [["--backend", "cpu"], "--backend takes webgpu or software"],
])("refuses %j", (args, message) => {
  expect(run(args, {})).toMatchObject({ status: 1, stderr: expect.stringContaining(message) });
});
