import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe } from "vitest";
import { createNodeBackend } from "../../runtime/cpu/node.ts";
import { describeWithShared } from "../../testing/shared.ts";
import { defineArchitectureOracleSuite, readArchitectureFiles } from "../testing/architecture-oracle-suite.ts";
import { ARCHITECTURE_ORACLES } from "../testing/architecture-oracles.ts";
import { qwen3VlFiles } from "../testing/qwen3-vl-files.ts";

for (const { folder, laterNames } of ARCHITECTURE_ORACLES) {
  const path = join("oracles", folder);
  describeWithShared(
    `the engine on the cpu backend against ${folder}`,
    (shared) => {
      const read = async (name: string) => new Uint8Array(await readFile(join(shared, path, name)));
      defineArchitectureOracleSuite(
        async () => ({ backend: createNodeBackend(), files: await readArchitectureFiles(read) }),
        laterNames,
      );
    },
    [path],
  );
}

describe("the engine on the cpu backend against Qwen3-VL's reference", () => {
  // Files have one dialect of names.
  defineArchitectureOracleSuite(
    async () => ({ backend: createNodeBackend(), files: qwen3VlFiles() }),
    (name) => name,
  );
});
