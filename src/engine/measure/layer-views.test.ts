import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { createNodeBackend } from "../../runtime/cpu/node.ts";
import { describeWithShared, readSharedJson } from "../../testing/shared.ts";
import { defineLayerViewsSuite } from "../testing/layer-views-suite.ts";

describeWithShared("layer views on the cpu backend", (shared) => {
  const folder = join(shared, "oracles", "idefics3-a");
  defineLayerViewsSuite(async () => ({
    backend: createNodeBackend(),
    files: {
      config: await readFile(join(folder, "config.json"), "utf8"),
      weights: new Uint8Array(await readFile(join(folder, "model.safetensors"))),
      expected: readSharedJson(folder, "expected.json"),
    },
  }));
});
