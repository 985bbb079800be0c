/** Checkpoints as the command line names them: a folder on this disk, or "hub:" and a repository of a hub. */
import { homedir } from "node:os";
import { join } from "node:path";
import { createAddressFolder } from "../models/address-folder.ts";
import type { ModelSource } from "../models/model-source.ts";
import { createNodeFolder } from "../models/node-folder.ts";
import type { CheckpointFolder } from "../models/source.ts";

export const HUB_PREFIX = "hub:";

/**
 * Opens "hub:owner/name[@revision]" (or "hub:" and an address), or the folder at a path.
 * @throws PivotscopeError `bad-input` for what names no model.
 */
export async function openNodePlace(place: string, name?: string): Promise<CheckpointFolder> {
  if (!place.startsWith(HUB_PREFIX)) return createNodeFolder(place, name);
  // Only those who ask for a hub wait for its client.
  const { parseModelAddress } = await import("../models/hub/address.ts");
  const source = parseModelAddress(place.slice(HUB_PREFIX.length));
  return source.kind === "hub" ? openNodeHub(source) : createAddressFolder(source.name, source.url);
}

/**
 * Opens a repository whose files are kept in PIVOTSCOPE_CACHE, or else in the user's cache folder. HF_ENDPOINT names
 * another hub and HF_TOKEN an access token, as for the hub's own tools.
 */
export async function openNodeHub(source: Extract<ModelSource, { kind: "hub" }>): Promise<CheckpointFolder> {
  const [{ openHubFolder }, { DEFAULT_HUB }, { createNodeStore }] = await Promise.all([
    import("../models/hub/hub-folder.ts"),
    import("../models/hub/default-hub.ts"),
    import("../models/cache/node-store.ts"),
  ]);
  const { HF_ENDPOINT, HF_TOKEN } = process.env;
  const usual = HF_ENDPOINT || DEFAULT_HUB;
  const hubUrl = source.hubUrl ?? usual;
  // A token is for the hub that it was made on; one that is meant for the usual hub goes nowhere else.
  const accessToken = source.accessToken ?? (hubUrl === usual ? (HF_TOKEN ?? null) : null);
  return openHubFolder({ ...source, hubUrl, accessToken }, createNodeStore(cacheFolder()));
}

function cacheFolder(): string {
  const { PIVOTSCOPE_CACHE, XDG_CACHE_HOME } = process.env;
  return PIVOTSCOPE_CACHE || join(XDG_CACHE_HOME || join(homedir(), ".cache"), "pivotscope");
}
