import { describe, expect, it } from "vitest";
import {
  falseCitations,
  falseClaims,
  falseMentions,
  falseVersions,
  headingsOf,
  type Tree,
  unnamedScripts,
} from "./doc-claims.ts";

const tree: Tree = {
  paths: [
    "package.json",
    "README.md",
    "docs/method.md",
    "src/core/plan.ts",
    "src/core/plan.test.ts",
    "shaders/sum.wgsl",
    "training/train.py",
  ],
  names: new Set(["makePlan", "GraphBuilder", "gradients"]),
  scripts: new Set(["check", "bench"]),
  headings: new Map([
    ["README.md", ["Start"]],
    ["docs/method.md", ["Method", "7. Allocation", "Wanda-SP, Magnitude-SP (columns)"]],
  ]),
};
const claims = (text: string, path = "docs/method.md") => falseClaims(path, text, tree).map((claim) => claim.text);

describe("falseClaims", () => {
  it("takes paths, folders, names of files and patterns that are there", () => {
    expect(claims("`src/core/plan.ts`, `src/core/`, `src/core`, `plan.ts`, `package.json`")).toEqual([]);
    expect(claims("`src/**/*.test.ts`, `core/plan.ts`, `plan*.test.ts`, `sum.wgsl`, `src/*`")).toEqual([]);
  });

  it("names those that are not, with their line", () => {
    expect(falseClaims("README.md", "x\n`src/core/gone.ts` and `gone.ts`", tree)).toEqual([
      { line: 2, text: "src/core/gone.ts", reason: "no such file or folder" },
      { line: 2, text: "gone.ts", reason: "no such file or folder" },
    ]);
    expect(claims("`src/**/*.spec.ts`, `src/gone`, `src/core/pla`, `cor/plan.ts`")).toEqual([
      "src/**/*.spec.ts",
      "src/gone",
      "src/core/pla",
      "cor/plan.ts",
    ]);
  });

  it("finds them in commands, too", () => {
    expect(claims("npx vitest run src/core/plan.test.ts")).toEqual([]);
    expect(claims("```\nnpx tsx scripts/gone.ts --x\n```\nand `npx tsx scripts/gone.ts`")).toEqual([
      "scripts/gone.ts",
      "scripts/gone.ts",
    ]);
  });

  it("leaves alone what no repository holds: built files, a checkpoint's, formulas, options", () => {
    const words = [
      "dist/",
      "../shared",
      "config.json",
      "model.safetensors.index.json",
      ".json",
      "--out",
      "text.0.attn",
    ];
    expect(claims(words.map((word) => `\`${word}\``).join(" "))).toEqual([]);
  });

  it("knows names of code by their form", () => {
    expect(claims("`makePlan`, `GraphBuilder`, `gradients()`, `model`, `MatMul` over `W`")).toEqual(["MatMul"]);
    expect(claims("`makePlans`, `Builder.makePlan`, `gradient()`, `beQuick=1`")).toEqual([
      "makePlans",
      "gradient()",
      "beQuick",
    ]);
  });

  it("knows package.json's scripts", () => {
    expect(claims("`npm run check`, npm run --silent bench -- slider")).toEqual([]);
    expect(claims("`npm run lint`")).toEqual(["npm run lint"]);
  });

  it("knows modules of Python", () => {
    expect(claims("python -m training.train --run run; `python -m training.gone`.")).toEqual([
      "python -m training.gone",
    ]);
  });

  it("follows links to files and headings", () => {
    expect(claims("[a](#7-allocation) [b](../README.md#start) [c](https://example.org/x) [d](method.md)")).toEqual([]);
    expect(claims("[a](#wanda-sp-magnitude-sp-columns)")).toEqual([]);
    expect(claims("[a](#gone) [b](gone.md) [c](docs/method.md)")).toEqual(["#gone", "gone.md", "docs/method.md"]);
  });
});

describe("falseCitations", () => {
  const cite = (text: string) => falseCitations(text, tree.headings).map(({ line, reason }) => `${line}: ${reason}`);

  it("takes headings with or without their numbers, also over a line's end", () => {
    expect(cite('/** docs/method.md, "Allocation" */')).toEqual([]);
    expect(cite('/**\n * See docs/method.md,\n * "Allocation".\n */')).toEqual([]);
    expect(cite("/** docs/method.md */")).toEqual([]);
  });

  it("refuses documents and headings that are not there", () => {
    expect(cite('\n// docs/method.md, "Fusion"')).toEqual(['2: docs/method.md has no heading "Fusion"']);
    expect(cite("// docs/design.md")).toEqual(["1: no such document"]);
  });
});

it("finds files that comments name and that are gone, and leaves code alone", () => {
  const text = '/** See plan.ts and core/gone.ts. */\nimport "./gone.ts";\n// sum.wgsl, sums.wgsl';
  expect(falseMentions(text, tree).map((claim) => `${claim.line} ${claim.text}`)).toEqual([
    "1 core/gone.ts",
    "3 sums.wgsl",
  ]);
});

it("finds scripts that no line names", () => {
  const text = "`npm start`, `npm run build`, `npm run docs-pictures`";
  const scripts = ["start", "build", "docs", "docs-pictures", "pictures"];
  expect(unnamedScripts(text, scripts).map((claim) => claim.text)).toEqual(["npm run docs", "npm run pictures"]);
});

it("holds a table of packages to package.json, both ways", () => {
  const table = "| `react`, `react-dom` | 19.3.1 | MIT | The page. |\n| `gone` | 1.0.0 | MIT | x |";
  expect(falseVersions(table, { react: "19.3.1", "react-dom": "19.4.0", fresh: "2.0.0" })).toEqual([
    { line: 1, text: "react-dom 19.3.1", reason: "package.json asks for 19.4.0" },
    { line: 2, text: "gone 1.0.0", reason: "package.json does not ask for it" },
    { line: 1, text: "fresh", reason: "package.json asks for it, no line says why" },
  ]);
});

it("reads headings, not what fenced blocks hold", () => {
  expect(headingsOf("# A\n\ntext\n```sh\n# no\n```\n### B c \n")).toEqual(["A", "B c"]);
});
