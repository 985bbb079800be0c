/** The browser's half of bench/keeping.ts. */
import type { BackendKind } from "../src/engine/contract.ts";
import { browserDevice } from "../src/engine/load/browser-device.ts";
import { openSession } from "../src/engine/session.ts";
import { createAddressFolder } from "../src/models/address-folder.ts";
import { decodePicture } from "../src/models/image/decode-browser.ts";
import { createBrowserCpuBackend, createBrowserWebGpuBackend } from "../src/runtime/browser.ts";
import { measureKeeping } from "./keeping.ts";

export async function benchKeeping(backend: BackendKind, samples: number) {
  const session = await openSession(
    {
      device: browserDevice,
      decodePicture: (bytes, name) => decodePicture(new Blob([bytes]), name),
      createBackend: (kind, largestBuffer) =>
        kind === "webgpu" ? createBrowserWebGpuBackend({ largestBuffer }) : createBrowserCpuBackend(),
    },
    createAddressFolder("scenes", new URL("/models/scenes/", location.href).href),
    { backend },
  );
  return measureKeeping(session, samples);
}
