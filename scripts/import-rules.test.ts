import { describe, expect, it } from "vitest";
import { checkImports, scanImports } from "./import-rules.ts";

describe("scanImports", () => {
  it("finds every form of import with its line, and tells types from values", () => {
    const text = [
      'import a from "a";',
      'import type { B } from "b";',
      'import { type C, type D } from "c";',
      "import {",
      "  type E,",
      "  f,",
      '} from "d";',
      'import "e";',
      'export * from "f";',
      'export type { G } from "g";',
      'const h = await import("h");',
      'let i: typeof import("i");',
      "import * as j from './j.ts?raw';",
      'import type from "k";',
    ].join("\n");
    expect(scanImports(text).map(({ specifier, typeOnly, line }) => [specifier, typeOnly, line])).toEqual([
      ["a", false, 1],
      ["b", true, 2],
      ["c", true, 3],
      ["d", false, 7],
      ["e", false, 8],
      ["f", false, 9],
      ["g", true, 10],
      ["h", false, 11],
      ["i", true, 12],
      ["./j.ts?raw", false, 13],
      ["k", false, 14],
    ]);
  });

  it("leaves comments and plain text alone", () => {
    const text = ['// import a from "a";', "/* import b", 'from "b" */', 'const c = "import d from e";'].join("\n");
    expect(scanImports(text)).toEqual([]);
    expect(scanImports('const url = "http://x"; // y\nimport z from "z";')).toHaveLength(1);
  });
});

describe("checkImports", () => {
  const reasons = (files: Record<string, string>) =>
    checkImports(new Map(Object.entries(files))).map(({ path, line, reason }) => `${path}:${line} ${reason}`);

  it("lets a part import from what stands below it only", () => {
    expect(reasons({ "src/engine/a.ts": 'import { x } from "../core/x.ts";' })).toEqual([]);
    expect(reasons({ "src/core/a.ts": 'import { x } from "../engine/x.ts";' })).toEqual([
      "src/core/a.ts:1 core must not import from engine",
    ]);
    expect(reasons({ "src/cli/a.ts": 'import { x } from "../state/x.ts";' })).toEqual([
      "src/cli/a.ts:1 cli must not import from state",
    ]);
    expect(reasons({ "src/state/a.ts": 'import { x } from "../cli/x.ts";' })).toHaveLength(1);
    expect(reasons({ "src/misc/a.ts": 'import { x } from "../core/x.ts";' })).toEqual([
      "src/misc/a.ts:1 src/misc is no known part",
    ]);
  });

  it.each([
    ["graph", "scenes"],
    ["runtime", "models"],
    ["runtime", "scenes"],
    ["state", "runtime"],
    ["cli", "runtime"],
    ["charts", "state"],
    ["panels", "runtime"],
  ])("keeps %s free of %s", (from, to) => {
    expect(reasons({ [`src/${from}/a.ts`]: `import { x } from "../${to}/x.ts";` })).toEqual([
      `src/${from}/a.ts:1 ${from} must not import from ${to}`,
    ]);
  });

  it("lets charts and panels have the engine's contract and nothing else of it", () => {
    for (const part of ["charts", "panels"]) {
      expect(reasons({ [`src/${part}/a.ts`]: 'import type { X } from "../engine/contract.ts";' })).toEqual([]);
      expect(reasons({ [`src/${part}/a.ts`]: 'import type { X } from "../engine/contract/x.ts";' })).toEqual([]);
      expect(reasons({ [`src/${part}/a.ts`]: 'import { X } from "../engine/engine.ts";' })).toEqual([
        `src/${part}/a.ts:1 ${part} must not import from engine, only from src/engine/contract`,
      ]);
    }
  });

  it("refuses types from above as it refuses values", () => {
    const reason = ["src/models/deep/a.ts:1 models must not import from engine"];
    expect(reasons({ "src/models/deep/a.ts": 'import type { X } from "../../engine/contract.ts";' })).toEqual(reason);
    expect(reasons({ "src/models/deep/a.ts": 'import { x } from "../../engine/contract.ts";' })).toEqual(reason);
  });

  it("keeps folders named testing to tests", () => {
    const text = 'import { x } from "../testing/x.ts";';
    expect(reasons({ "src/core/a.ts": text })).toHaveLength(1);
    expect(reasons({ "src/core/a.test.ts": text, "src/core/a.gpu.test.ts": text })).toEqual([]);
    expect(reasons({ "src/core/testing/a.ts": 'import { x } from "../../testing/x.ts";' })).toEqual([]);
    const own = 'import { x } from "./testing/x.ts";';
    expect(reasons({ "src/core/a.ts": own })).toEqual(["src/core/a.ts:1 testing folders are for tests only"]);
    expect(reasons({ "src/core/a.test.ts": own })).toEqual([]);
  });

  it("keeps onnxruntime, React and node: modules where they belong", () => {
    expect(reasons({ "src/engine/a.ts": 'import * as ort from "onnxruntime-web/webgpu";' })).toHaveLength(1);
    expect(reasons({ "src/engine/a.ts": 'const ort = await import("onnxruntime-node");' })).toHaveLength(1);
    expect(reasons({ "src/runtime/a.ts": 'import * as ort from "onnxruntime-web/webgpu";' })).toEqual([]);
    const native = 'import * as ort from "onnxruntime-node";';
    expect(reasons({ "src/runtime/cpu/node.ts": native })).toEqual([]);
    expect(reasons({ "src/runtime/a.ts": native, "src/runtime/a.test.ts": native })).toHaveLength(2);
    expect(reasons({ "src/engine/a.ts": 'import { useState } from "react";' })).toHaveLength(1);
    expect(reasons({ "src/charts/A.tsx": 'import { useState } from "react";' })).toEqual([]);
    const node = 'import { readFile } from "node:fs/promises";';
    expect(reasons({ "src/models/a.ts": node, "src/models/anode.ts": node })).toHaveLength(2);
    expect(reasons({ "src/models/source-node.ts": node, "src/cli/a.ts": node, "src/a.test.ts": node })).toEqual([]);
    expect(reasons({ "src/runtime/node.ts": node })).toEqual([]);
  });

  it("finds circles of values and of types", () => {
    const files = {
      "src/core/a.ts": 'import { b } from "./b.ts";',
      "src/core/b.ts": 'import { c } from "./c.ts";',
      "src/core/c.ts": 'import { a } from "./a.ts";',
    };
    expect(reasons(files)).toEqual([
      "src/core/c.ts:1 closes a circle: src/core/a.ts → src/core/b.ts → src/core/c.ts → src/core/a.ts",
    ]);
    expect(reasons({ ...files, "src/core/c.ts": 'import type { A } from "./a.ts";' })).toHaveLength(1);
    expect(reasons({ "src/core/a.ts": 'import { a } from "./a.ts";' })).toHaveLength(1);
  });
});
