import { describe, it } from "vitest";
import { createAddressFolder } from "../../models/address-folder.ts";
import { decodePicture } from "../../models/image/decode-browser.ts";
import { createBrowserCpuBackend, createBrowserWebGpuBackend } from "../../runtime/browser.ts";
import { fetchShared } from "../../testing/shared-browser.ts";
import type { BackendKind } from "../contract.ts";
import { browserDevice } from "../load/browser-device.ts";
import { openSession } from "../session.ts";
import { defineFloat64Suite } from "../testing/float64-suite.ts";

const expected = await fetchShared("oracles/bundled-float64/expected.json");
const name = "the bundled model's attribution in the browser against float64";

function open(backend: BackendKind) {
  return openSession(
    {
      device: browserDevice,
      createBackend: (kind) =>
        kind === "cpu" ? createBrowserCpuBackend() : createBrowserWebGpuBackend({ largestBuffer: 0 }),
      decodePicture: (bytes, name) => decodePicture(new Blob([bytes]), name),
    },
    createAddressFolder("scenes", new URL("/models/scenes/", location.href).href),
    { backend, precision: "float32" },
  );
}

if (expected) {
  const numbers = await expected.json();
  describe.each<BackendKind>(["webgpu", "cpu"])(`${name}, %s backend`, (backend) => {
    defineFloat64Suite(async () => ({ session: await open(backend), expected: numbers }), 20);
  });
} else {
  console.warn(`SKIPPED ${name}: ../shared is absent.`);
  describe(name, () => it.skip("skipped: ../shared is absent", () => {}));
}
