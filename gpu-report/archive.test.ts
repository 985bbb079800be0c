import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { buildHeadless } from "../scripts/build-headless.ts";
import { NOTICES, readNotices } from "../scripts/third-party.ts";
import { archiveReadme, RUN_ON_UNIX, RUN_ON_WINDOWS } from "./archive-texts.ts";
import { findNodeLicence } from "./node-licence.ts";

it("becomes a bundle that needs Node and Dawn alone", async () => {
  const folder = await mkdtemp(join(tmpdir(), "pivotscope-report-"));
  try {
    await buildHeadless({ entries: { "gpu-report": join(import.meta.dirname, "main.ts") }, folder });
    const names = (await readdir(folder)).filter((name) => name.endsWith(".mjs") && !name.startsWith("ort."));
    const texts = await Promise.all(names.map((name) => readFile(join(folder, name), "utf8")));
    const outer = texts.flatMap((text) =>
      [...text.matchAll(/\b(?:from|import\()\s*"([^".][^"]*)"/g)].map((match) => match[1] ?? ""),
    );
    // sharp is for picture files, which no part of a report reads.
    for (const name of new Set(outer)) expect(name).toMatch(/^(node:[a-z/]+|webgpu|sharp)$/);
    const { named, untexted } = readNotices(await readFile(join(folder, NOTICES), "utf8"));
    expect(named).toEqual(
      expect.arrayContaining([expect.stringMatching(/^valibot /), expect.stringMatching(/^onnxruntime-web /)]),
    );
    expect(untexted).toEqual([]);
    // Its checks' reference numbers are inside.
    expect(texts.join("")).toContain("logits_last_prompt_position");
  } finally {
    await rm(folder, { recursive: true });
  }
});

it("is started by its own Node, or by the machine's", () => {
  expect(RUN_ON_UNIX).toContain("./node gpu-report.mjs");
  expect(RUN_ON_WINDOWS).toContain("node.exe gpu-report.mjs");
  expect(archiveReadme(true)).toContain("brings its own Node");
  expect(archiveReadme(false)).toContain("needs Node 20.19");
});

it("takes Node's licence along, from wherever Node came", () => {
  const only = (path: string) => (asked: string) => asked === path;
  expect(findNodeLicence("/opt/node/bin/node", only("/opt/node/LICENSE"))).toBe("/opt/node/LICENSE");
  const distribution = "/usr/share/doc/nodejs/copyright";
  expect(findNodeLicence("/usr/bin/node", only(distribution))).toBe(distribution);
  expect(() => findNodeLicence("/opt/bin/node", only(""))).toThrow("pack with --without-node");
});
