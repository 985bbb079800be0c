import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { packageOf, readNotices, readThirdParty, writeNotices } from "./third-party.ts";

const MODULES = resolve(import.meta.dirname, "..", "node_modules");

describe("the package of a module", () => {
  it.each([
    ["/home/me/project/node_modules/react/index.js", "react"],
    ["C:\\project\\node_modules\\@huggingface\\hub\\dist\\index.mjs", "@huggingface/hub"],
    ["\0/project/node_modules/react/index.js?commonjs-exports", "react"],
    ["/project/node_modules/a/node_modules/@b/c/x.js", "@b/c"],
    ["/project/node_modules/onnxruntime-web/dist/ort.wasm?url", "onnxruntime-web"],
    ["\0vite/preload-helper.js", "vite"],
    ["\0rolldown/runtime.js", "rolldown"],
    ["\0@oxc-project+runtime@0.1.0/helpers/usingCtx.js", "@oxc-project/types"],
    ["/project/src/app/main.tsx", null],
    ["\0virtual:own", null],
  ])("%j", (id, name) => {
    expect(packageOf(id)).toBe(name);
  });
});

describe("a package's licence", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "pivotscope-licence-"));
    writeFileSync(join(folder, "package.json"), JSON.stringify({ name: "thing", version: "1.2.3", license: "ISC" }));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it("is its licence file with its notice file, whatever they are called", () => {
    writeFileSync(join(folder, "LICENSE-APACHE.txt"), "Do what you like.\n");
    writeFileSync(join(folder, "NOTICE"), "Made by somebody.\n");
    writeFileSync(join(folder, "licenses.js"), "export {};");
    expect(readThirdParty(folder)).toEqual({
      name: "thing",
      version: "1.2.3",
      licence: "ISC",
      text: "Do what you like.\n\nMade by somebody.",
    });
  });

  it("is missing where there is no file, or an empty one, which the notices say", () => {
    expect(readThirdParty(folder).text).toBeNull();
    writeFileSync(join(folder, "LICENSE"), "\n");
    const nothing = readThirdParty(folder);
    expect(nothing.text).toBeNull();
    const notices = writeNotices([{ ...nothing, name: "well", text: "All is well." }, nothing]);
    expect(readNotices(notices)).toEqual({ named: ["thing 1.2.3", "well 1.2.3"], untexted: ["thing 1.2.3"] });
  });

  it("lies with us for packages that come without, and is Vite's own alone for its helpers", () => {
    const onnxruntime = readThirdParty(join(MODULES, "onnxruntime-web"));
    expect(onnxruntime.text).toContain("Copyright (c) Microsoft Corporation");
    const vite = readThirdParty(join(MODULES, "vite"));
    expect(vite.text).toContain("VoidZero Inc. and Vite contributors");
    expect(vite.text).not.toContain("Bundled dependencies");
  });
});

it("finds no package in a text that is none of ours", () => {
  expect(readNotices("<!doctype html>")).toEqual({ named: [], untexted: [] });
});
