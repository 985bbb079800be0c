import { describe, it } from "vitest";
import { createBrowserWebGpuBackend } from "../../runtime/browser.ts";
import { fetchShared } from "../../testing/shared-browser.ts";
import { defineArchitectureOracleSuite, readArchitectureFiles } from "../testing/architecture-oracle-suite.ts";
import { ARCHITECTURE_ORACLES } from "../testing/architecture-oracles.ts";
import { qwen3VlFiles } from "../testing/qwen3-vl-files.ts";

for (const { folder, laterNames } of ARCHITECTURE_ORACLES) {
  const name = `the engine on WebGPU against ${folder}`;
  if (!(await fetchShared(`oracles/${folder}/config.json`))) {
    console.warn(`SKIPPED ${name}: ../shared is absent.`);
    describe(name, () => it.skip("skipped: ../shared is absent", () => {}));
    continue;
  }
  const read = async (file: string) => {
    const response = await fetchShared(`oracles/${folder}/${file}`);
    if (!response) throw new Error(`${folder} has no ${file}.`);
    return new Uint8Array(await response.arrayBuffer());
  };
  describe(name, () => {
    defineArchitectureOracleSuite(
      async () => ({
        backend: await createBrowserWebGpuBackend({ largestBuffer: 0 }),
        files: await readArchitectureFiles(read),
      }),
      laterNames,
    );
  });
}

describe("the engine on WebGPU against Qwen3-VL's reference", () => {
  // Files have one dialect of names.
  defineArchitectureOracleSuite(
    async () => ({ backend: await createBrowserWebGpuBackend({ largestBuffer: 0 }), files: qwen3VlFiles() }),
    (name) => name,
  );
});
