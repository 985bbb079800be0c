import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { buildHeadless, ORT_WASM } from "./build-headless.ts";

/** Modules that a file imports, other than those in the folder. */
function outerImports(text: string): readonly string[] {
  const names = [...text.matchAll(/^import (?:[^;"]* from )?"([^"]+)";/gm)].map((match) => match[1] ?? "");
  return names.filter((name) => !name.startsWith("./"));
}

it("makes a folder that needs nothing but what its home has, with shaders in its modules", async () => {
  const folder = await mkdtemp(join(tmpdir(), "pivotscope-headless-"));
  try {
    const entry = join(import.meta.dirname, "..", "src", "engine", "headless-engine.ts");
    await buildHeadless({ entries: { engine: entry }, folder });
    const names = await readdir(folder);
    expect(names).toContain("engine.mjs");
    expect(names).toContain(ORT_WASM);
    const modules = names.filter((name) => name.endsWith(".mjs") && !name.startsWith("ort."));
    const texts = await Promise.all(modules.map((name) => readFile(join(folder, name), "utf8")));
    for (const name of new Set(texts.flatMap(outerImports))) expect(name).toMatch(/^(node:[a-z/]+|sharp)$/);
    expect(texts.join("\n")).toContain("@compute");
    expect(texts.join("\n")).toContain('from "./ort.webgpu.bundle.min.mjs"');
    expect(names).toContain("ort.webgpu.bundle.min.mjs");
  } finally {
    await rm(folder, { recursive: true });
  }
});
