import { expect, it } from "vitest";
import { firstScreenScripts } from "./bundle-graph.ts";

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
