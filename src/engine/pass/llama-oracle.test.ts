import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { createNodeBackend } from "../../runtime/cpu/node.ts";
import { describeWithShared, readSharedJson } from "../../testing/shared.ts";
import { defineLlamaOracleSuite, type LlamaOracle } from "../testing/llama-oracle-suite.ts";

const load = async (shared: string): Promise<LlamaOracle> => ({
  backend: createNodeBackend(),
  expected: readSharedJson(join(shared, "oracles"), "llama-mha.json"),
  weights: new Uint8Array(await readFile(join(shared, "oracles", "llama-mha.safetensors"))),
});

describeWithShared("the llama architecture on the cpu backend against reference numbers", (shared) => {
  defineLlamaOracleSuite(() => load(shared));
});

describeWithShared("the llama architecture with its vocabulary in three parts", (shared) => {
  defineLlamaOracleSuite(() => load(shared), 3);
});
