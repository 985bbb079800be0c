/**
 * The commands on WebGPU against the same commands on the CPU. They run in a process of their own, on the driver that
 * Chromium carries, which also has to end by itself: what Dawn holds can keep Node alive, or end it with a signal.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { swiftShaderEnvironment, withoutSwiftShader } from "../../scripts/vulkan-driver.ts";
import { excess } from "../engine/testing/oracle-suite.ts";
import { tinyFiles } from "../engine/testing/tiny-checkpoint.ts";
import { DAWN_PACKAGE } from "../runtime/dawn-node.ts";
import { type Captured, runCaptured } from "./testing/run-captured.ts";
import { type TemporaryFolder, useTemporaryFolder } from "./testing/temporary-folder.ts";

const RUN_COMMANDS = resolve(import.meta.dirname, "testing/run-commands.ts");
/** The check of a device at each load takes most of a minute in software. */
const HOOK_TIMEOUT = 900_000;
const NOTE = "WebGPU runs in software here (SwiftShader), as asked for; --backend cpu is faster.\n";

/** Runs command lines in one process; resolves once it has ended, by itself and without an error. */
async function runCommands(
  lists: readonly (readonly string[])[],
  environment: Readonly<Record<string, string>>,
): Promise<Captured[]> {
  const child = spawn(process.execPath, ["--import", "tsx", RUN_COMMANDS, JSON.stringify(lists)], {
    env: { PATH: process.env.PATH, HOME: process.env.HOME, ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const texts = { out: "", err: "" };
  child.stdout.on("data", (data) => (texts.out += data));
  child.stderr.on("data", (data) => (texts.err += data));
  const [code, signal] = await once(child, "close");
  expect({ code, signal }, texts.err).toEqual({ code: 0, signal: null });
  return texts.out
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
}

/** All numbers of a result, in its order. */
function numbersIn(found: unknown): number[] {
  if (typeof found === "number") return [found];
  return typeof found === "object" && found !== null ? Object.values(found).flatMap(numbersIn) : [];
}

/** All texts of what models wrote. */
function textsIn(found: unknown): string[] {
  if (typeof found !== "object" || found === null) return [];
  return Object.entries(found).flatMap(([name, value]) =>
    name === "text" && typeof value === "string" ? [value] : textsIn(value),
  );
}

/** Writes the tiny checkpoint into a folder of the test's own, and returns where. */
async function writeTiny(folder: TemporaryFolder): Promise<string> {
  const model = folder.path("model");
  await mkdir(model);
  for (const [name, content] of tinyFiles()) await writeFile(join(model, name), content);
  return model;
}

const vulkan = swiftShaderEnvironment();
const suite = "the command line on WebGPU";

describe.skipIf(vulkan === null)(vulkan === null ? `${suite}: ${withoutSwiftShader(suite)}` : suite, () => {
  const folder = useTemporaryFolder();
  let tiny = "";
  const results: Record<"cpu" | "webgpu", unknown[]> = { cpu: [], webgpu: [] };
  const both = (command: number) => [results.cpu[command], results.webgpu[command]] as const;

  const commands = (backend: "cpu" | "webgpu") => {
    const model = ["--model", tiny, "--backend", backend];
    return [
      ["statistics", "--samples", join(tiny, "calibration.json"), ...model],
      ["sweep", ...model, "--methods", "mucrasp,flap", "--ratios", "0,0.5"],
    ];
  };
  const parsed = (captured: readonly Captured[], errors: string) =>
    captured.map(({ output, ...rest }) => {
      expect(rest).toEqual({ code: 0, errors });
      return JSON.parse(output) as unknown;
    });

  beforeAll(async () => {
    tiny = await writeTiny(folder);
    results.cpu = parsed(await runCommands(commands("cpu"), {}), "");
    results.webgpu = parsed(await runCommands(commands("webgpu"), vulkan ?? {}), NOTE);
  }, HOOK_TIMEOUT);

  it("names backend, device and precision in results", () => {
    const [cpu, webgpu] = both(0);
    expect(cpu).toMatchObject({ backend: "cpu", precision: "float32", device: expect.stringMatching(/./) });
    expect(webgpu).toMatchObject({ backend: "webgpu", precision: "float32" });
    expect(webgpu).toHaveProperty("device", expect.stringMatching(/SwiftShader/));
    const [cpuSweep, webgpuSweep] = both(1);
    expect(cpuSweep).toHaveProperty("model.backend", expect.stringMatching(/^cpu \(.+\)$/));
    expect(webgpuSweep).toHaveProperty("model.backend", expect.stringMatching(/^webgpu \(SwiftShader.*\)$/));
  });

  it.each([
    ["statistics", 0, ["cmds", "sens", "attribution_global", "attribution_pivot", "baselines"]],
    ["curves and texts", 1, ["cmds", "cells"]],
  ] as const)("gives the CPU's %s", (_, command, fields) => {
    const [cpu, webgpu] = both(command) as readonly Readonly<Record<string, unknown>>[];
    for (const field of fields) {
      const expected = numbersIn(cpu?.[field]);
      const found = numbersIn(webgpu?.[field]);
      expect(found.length, field).toBe(expected.length);
      if (expected.length > 0) expect(excess(found, expected), field).toBeLessThan(1);
    }
    expect(textsIn(webgpu)).toEqual(textsIn(cpu));
  });

  it("takes the CPU in one line where the GPU is software", async () => {
    const auto = ["evaluate", "--model", tiny, "--samples", join(tiny, "evaluation.json")];
    const [found] = await runCommands([[...auto, "--backend", "auto"]], vulkan ?? {});
    expect(found).toMatchObject({
      code: 0,
      errors: expect.stringMatching(/^On the CPU: WebGPU runs in software.*\n$/),
    });
    expect(JSON.parse(found?.output ?? "")).toMatchObject({ backend: "cpu" });
  });
});

// Elsewhere the driver is the system's own, and cannot be taken away.
describe.skipIf(process.platform !== "linux")("a command on a machine without a graphics driver", () => {
  const folder = useTemporaryFolder();
  let evaluate: readonly string[] = [];
  beforeAll(async () => {
    const tiny = await writeTiny(folder);
    evaluate = ["evaluate", "--model", tiny, "--samples", join(tiny, "evaluation.json")];
  });

  it.each(["webgpu", "auto"])("runs on the CPU with --backend %s, and says why in one line", async (backend) => {
    const noDriver = { VK_DRIVER_FILES: folder.path("none.json"), VK_ICD_FILENAMES: folder.path("none.json") };
    const [found] = await runCommands([[...evaluate, "--backend", backend]], noDriver);
    expect(found).toMatchObject({ code: 0, errors: expect.stringMatching(/^On the CPU: .+ adapter\. Install .+\n$/) });
    expect(JSON.parse(found?.output ?? "")).toMatchObject({ backend: "cpu" });
  });

  it.each([
    ["backend", "tpu", "cpu, webgpu, auto"],
    ["precision", "int8", "float32, float16, auto"],
  ])("does not know --%s %s", async (option, value, names) => {
    const { code, errors } = await runCaptured([...evaluate, `--${option}`, value]);
    expect({ code, errors }).toMatchObject({
      code: 2,
      errors: expect.stringContaining(`--${option} takes ${names}; found "${value}".`),
    });
  });
});

it("tells how to get the version of Dawn that this project is tested with", () => {
  const { optionalDependencies } = JSON.parse(readFileSync("package.json", "utf8"));
  expect(DAWN_PACKAGE).toBe(`webgpu@${optionalDependencies.webgpu}`);
});
