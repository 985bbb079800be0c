/** The bundled model in a test that runs in a browser. */
import { decodePicture } from "../../models/image/decode-browser.ts";
import { createBrowserCpuBackend, createBrowserWebGpuBackend } from "../../runtime/browser.ts";
import { openBundledFolder } from "../../testing/bundled-folder.ts";
import type { LoadOptions } from "../contract.ts";
import { browserDevice } from "../load/browser-device.ts";
import { openSession, type Session } from "../session.ts";

export async function openBundledSession(options: LoadOptions): Promise<Session> {
  return openSession(
    {
      device: browserDevice,
      createBackend: (kind) =>
        kind === "cpu" ? createBrowserCpuBackend() : createBrowserWebGpuBackend({ largestBuffer: 0 }),
      decodePicture: (bytes, name) => decodePicture(new Blob([bytes]), name),
    },
    await openBundledFolder(),
    options,
  );
}
