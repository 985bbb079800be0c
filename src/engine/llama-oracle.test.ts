import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { createNodeBackend } from "../runtime/cpu/node.ts";
import { describeWithShared, readSharedJson } from "../testing/shared.ts";
import { defineLlamaOracleSuite } from "./testing/llama-oracle-suite.ts";

describeWithShared("the llama architecture on the cpu backend against reference numbers", (shared) => {
  defineLlamaOracleSuite(async () => ({
    backend: createNodeBackend(),
    expected: readSharedJson(join(shared, "oracles"), "llama-mha.json"),
    weights: new Uint8Array(await readFile(join(shared, "oracles", "llama-mha.safetensors"))),
  }));
});
