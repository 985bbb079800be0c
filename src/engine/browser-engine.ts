/** The engine in a browser: folders come over HTTP or from dropped files, pictures are decoded by the browser. */
import { createAddressFolder } from "../models/address-folder.ts";
import { createFilesFolder } from "../models/files-folder.ts";
import { decodePicture } from "../models/image/decode-browser.ts";
import { createBrowserCpuBackend, createBrowserWebGpuBackend } from "../runtime/browser.ts";
import type { Engine } from "./contract.ts";
import { createEngine } from "./engine.ts";

export function createBrowserEngine(): Engine {
  return createEngine({
    openFolder: (source) =>
      source.kind === "address"
        ? createAddressFolder(source.name, source.url)
        : createFilesFolder(source.name, source.files),
    decodePicture: (bytes, name) => decodePicture(new Blob([bytes]), name),
    createBackend: (kind, largestBuffer) =>
      kind === "webgpu" ? createBrowserWebGpuBackend({ largestBuffer }) : createBrowserCpuBackend(),
  });
}
