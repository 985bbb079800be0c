import { expect, it } from "vitest";
import { firstScreenScripts, importsOfWorkerEntries } from "./bundle-graph.ts";

const PAGE = '<script type="module" crossorigin src="./assets/index-1.js"></script>';

it("follows static imports and workers, and nothing that is imported on demand", () => {
  const scripts = new Map([
    [
      "index-1.js",
      'const d=["./tab-1.js"];import{a as b}from"./shared-1.js";import`./effect-1.js`;export{c}from"./again-1.js";' +
        "let w=new Worker(new URL(new URL(`worker-1.js`,import.meta.url).href,``+import.meta.url));" +
        'const load=()=>import("./tab-1.js"),other=()=>import(`./chart-1.js`);',
    ],
    ["shared-1.js", 'import"./deep-1.js";import"./index-1.js";'],
    ...["effect-1.js", "again-1.js", "worker-1.js", "deep-1.js", "tab-1.js", "chart-1.js"].map(
      (name): [string, string] => [name, "let x=1;"],
    ),
  ]);
  expect([...firstScreenScripts(PAGE, scripts)].sort()).toEqual([
    "again-1.js",
    "deep-1.js",
    "effect-1.js",
    "index-1.js",
    "shared-1.js",
    "worker-1.js",
  ]);
});

it("finds nothing on a page without scripts", () => {
  expect(firstScreenScripts("<html></html>", new Map([["index-1.js", ""]])).size).toBe(0);
});

it("finds what imports a worker's entry, at once or on demand", () => {
  const page = "let w=new Worker(new URL(new URL(`worker-1.js`,import.meta.url).href,``+import.meta.url));";
  const clean = new Map([
    ["index-1.js", page],
    ["worker-1.js", 'import{a as b}from"./engine-1.js";b(self);import("./lazy-1.js");'],
    ["engine-1.js", 'export{c as a};const l=()=>import("./lazy-1.js");'],
    ["lazy-1.js", 'import{a}from"./engine-1.js";a();'],
  ]);
  expect(importsOfWorkerEntries(clean)).toEqual([]);
  const bad = new Map([
    ...clean,
    ["lazy-1.js", 'import{a}from"./worker-1.js";a();'],
    ["lazy-2.js", "const again=()=>import(`./worker-1.js`);"],
  ]);
  expect(importsOfWorkerEntries(bad)).toEqual([
    { importer: "lazy-1.js", entry: "worker-1.js" },
    { importer: "lazy-2.js", entry: "worker-1.js" },
  ]);
});
