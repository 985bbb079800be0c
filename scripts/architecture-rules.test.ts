import { expect, it } from "vitest";
import { checkArchitectureNames } from "./architecture-rules.ts";

const HOME = "src/models/architectures/qwen7/index.ts";

function check(path: string, text: string) {
  const files = new Map([
    [HOME, 'export const qwen7 = { name: "qwen7" };'],
    ["src/models/architectures/llama/index.ts", 'export const llama = { name: "llama" };'],
    ["src/models/architectures/shared/norm.ts", "export const epsilon = 1;"],
    [path, text],
  ]);
  return checkArchitectureNames(files).map(({ path: found, line, specifier }) => `${found}:${line} ${specifier}`);
}

it.each([
  ["a comparison", "src/engine/a.ts", 'if (config.architecture === "qwen7") run();', "qwen7"],
  ["an identifier, in any case", "src/engine/a.ts", "const isQwen7Model = true;", "isQwen7Model"],
  ["an import", "src/engine/a.ts", 'import { x } from "../models/architectures/qwen7/index.ts";', "qwen7"],
  ["what several share", "src/models/architectures/shared/a.ts", "class Qwen7Decoder {}", "Qwen7Decoder"],
  ["the interface", "src/models/architectures/architecture.ts", 'type Name = "qwen7";', "qwen7"],
  ["a name that is no folder's", "src/panels/A.tsx", "<p>SmolVLM2 or SigLIP</p>", "SmolVLM2"],
  ["what is like a program's name", "src/panels/A.tsx", "<p>llama.cpp, llama.cppish</p>", "llama"],
  ["a text beside a program's name", "src/panels/A.tsx", "<p>a Llama for llama-cli</p>", "Llama"],
])("refuses an architecture's name in %s", (_, path, text, word) => {
  expect(check(path, text)[0]).toBe(`${path}:1 ${word}`);
});

it.each([
  ["its folder", "src/models/architectures/qwen7/config.ts", "export interface Qwen7Config {}"],
  ["the registry", "src/models/architectures/registry.ts", "const ARCHITECTURES = [qwen7];"],
  ["a test", "src/engine/a.test.ts", 'expect(name).toBe("qwen7");'],
  ["a helper of tests", "src/engine/testing/a.ts", 'const name = "qwen7";'],
  ["a comment", "src/engine/a.ts", "/** As Qwen7 has it. */\nconst a = 1; // smolvlm"],
  ["a program's name", "src/models/export/a.ts", 'const hint = "llama.cpp, llama-mtmd-cli"; const cut = "llama-bpe";'],
  ["other names", "src/engine/a.ts", 'const shared = "shared"; const qwen = 6;'],
])("lets it stand in %s", (_, path, text) => {
  expect(check(path, text)).toEqual([]);
});
