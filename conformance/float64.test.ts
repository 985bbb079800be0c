/**
 * The bundled model's attribution on WebGPU against float64. It is here and not among the tests of the browser because there
 * a software GPU takes many minutes for it.
 */
import { describe, it } from "vitest";
import { browserDevice } from "../src/engine/load/browser-device.ts";
import { openSession } from "../src/engine/session.ts";
import { defineFloat64Suite } from "../src/engine/testing/float64-suite.ts";
import { decodePicture } from "../src/models/image/decode-browser.ts";
import { createBrowserWebGpuBackend } from "../src/runtime/browser.ts";
import { openBundledFolder } from "../src/testing/bundled-folder.ts";
import { fetchShared } from "../src/testing/shared-browser.ts";

const name = "the bundled model's attribution on WebGPU against float64";
const expected = await fetchShared("oracles/bundled-float64/expected.json");

if (expected) {
  describe(name, () => {
    defineFloat64Suite(async () => {
      const session = await openSession(
        {
          device: browserDevice,
          createBackend: () => createBrowserWebGpuBackend({ largestBuffer: 0 }),
          decodePicture: (bytes, picture) => decodePicture(new Blob([bytes]), picture),
        },
        await openBundledFolder(),
        { backend: "webgpu", precision: "float32" },
      );
      return { session, expected: await expected.json() };
    }, 20);
  });
} else {
  console.warn(`SKIPPED ${name}: ../shared is absent.`);
  describe(name, () => it.skip("skipped: ../shared is absent", () => {}));
}
