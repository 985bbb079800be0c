/** The engine in a browser: folders come over HTTP or from dropped files, pictures are decoded by the browser. */
import { onDemand } from "../core/on-demand.ts";
import { createAddressFolder } from "../models/address-folder.ts";
import { createFilesFolder } from "../models/files-folder.ts";
import type { ModelSource } from "../models/model-source.ts";
import type { CheckpointFolder } from "../models/source.ts";
import { createBrowserCpuBackend, createBrowserWebGpuBackend } from "../runtime/browser.ts";
import type { Engine } from "./contract.ts";
import { createEngine } from "./engine.ts";
import { browserDevice } from "./load/browser-device.ts";

/** Most sample sets are drawn scenes; readers of picture files are loaded for those that are not. */
const loadDecoder = onDemand(() => import("../models/image/decode-browser.ts"));

/** Hub access and cache are loaded by those who open such a model only. */
const loadHub = onDemand(() =>
  Promise.all([import("../models/hub/hub-folder.ts"), import("../models/cache/browser-cache.ts")]),
);

export function createBrowserEngine(): Engine {
  return createEngine({
    openFolder(source) {
      if (source.kind === "hub") return openHub(source);
      return source.kind === "address"
        ? createAddressFolder(source.name, source.url)
        : createFilesFolder(source.name, source.files);
    },
    device: browserDevice,
    async decodePicture(bytes, name) {
      const { decodePicture } = await loadDecoder();
      return decodePicture(new Blob([bytes]), name);
    },
    createBackend: (kind, largestBuffer) =>
      kind === "webgpu" ? createBrowserWebGpuBackend({ largestBuffer }) : createBrowserCpuBackend(),
  });
}

async function openHub(source: Extract<ModelSource, { kind: "hub" }>): Promise<CheckpointFolder> {
  const [{ openHubFolder }, { openBrowserStore }] = await loadHub();
  return openHubFolder(source, await openBrowserStore());
}
