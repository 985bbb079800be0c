/** The folder for llama.cpp: which files, in which order, and what its README says. */
import { cp, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { defaultParameters } from "../../../core/parameters.ts";
import { createPlan, planPruning } from "../../../core/plan.ts";
import { removedShare } from "../../../core/removed-share.ts";
import { modelLayout } from "../../../engine/load/create-model.ts";
import { projectRoot } from "../../../testing/shared.ts";
import { architectureOf } from "../../architectures/registry.ts";
import { openCheckpoint } from "../../checkpoint.ts";
import { createNodeFolder } from "../../node-folder.ts";
import type { ExportedFile, ExportOptions } from "../contract.ts";
import { loadExport } from "../formats.ts";

const BUNDLED = join(projectRoot, "public", "models", "scenes");

async function make(options: ExportOptions, from = BUNDLED) {
  const checkpoint = await openCheckpoint(await createNodeFolder(from));
  const layout = modelLayout(architectureOf(checkpoint.config).define(checkpoint.config));
  const weightHash = await checkpoint.weights.read({ names: new Set(), onTensor: () => {} });
  const keep = new Uint8Array(layout.unitCount).fill(1);
  // The first neuron, and the first head of the vision tower.
  for (const key of ["text.0.mlp", "vision.0.attn"]) {
    keep[layout.offsets[layout.modules.findIndex((module) => module.key === key)] ?? 0] = 0;
  }
  const reachedRatio = removedShare(layout, keep);
  const plan = createPlan(
    layout,
    { keep, values: new Float64Array(layout.unitCount), reachedRatio },
    { model: { name: "scenes", weightHash }, method: "flap", parameters: defaultParameters(), askedRatio: 0.25 },
  );
  const pruning = planPruning(plan, layout);
  return (await loadExport("gguf"))({ checkpoint, weightHash, layout, plan, pruning }, options);
}

async function textOf(file: ExportedFile | undefined): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const piece of file?.stream() ?? []) text += decoder.decode(piece, { stream: true });
  return text;
}

describe("an export for llama.cpp", () => {
  it("has the model last, and a README that says how it is used and what llama.cpp shows otherwise", async () => {
    const files = await make({ precision: "F16" });
    expect(files.map(({ path }) => path)).toEqual(["mmproj.gguf", "plan.json", "README.md", "model.gguf"]);
    const readme = await textOf(files[2]);
    expect(readme).toContain("llama-mtmd-cli -m model.gguf --mmproj mmproj.gguf");
    expect(readme).toContain("removed ones are there, as zeros");
    expect(readme).toContain("two line breaks");
    expect(JSON.parse(await textOf(files[1]))).toMatchObject({ method: "flap" });
    const header = await textOf(files[3]);
    expect(header.slice(0, 4)).toBe("GGUF");
    expect(header.slice(0, 2000)).toContain("scenes-flap-25pct");
  });

  it("hands the licence on", async () => {
    const folder = await mkdtemp(join(tmpdir(), "pivotscope-licence-"));
    await cp(BUNDLED, folder, { recursive: true });
    await writeFile(join(folder, "LICENSE"), "Do as you like.");
    await writeFile(join(folder, "NOTICE"), "Say whose it is.");
    const files = await make({ precision: "F16" }, folder);
    const texts = files
      .filter(({ path }) => /^[A-Z]+$/.test(path))
      .map(async (file) => [file.path, await textOf(file)]);
    expect(await Promise.all(texts)).toEqual([
      ["LICENSE", "Do as you like."],
      ["NOTICE", "Say whose it is."],
    ]);
    await rm(folder, { recursive: true });
  });

  it("keeps the format of the weights where none is asked for", async () => {
    const bytes = async (precision: ExportOptions["precision"]) => (await make({ precision })).at(-1)?.bytes ?? 0;
    const [stored, half, single] = [await bytes("stored"), await bytes("BF16"), await bytes("F32")];
    expect(stored).toBe(half);
    expect(single).toBeGreaterThan(1.8 * half);
  });
});
