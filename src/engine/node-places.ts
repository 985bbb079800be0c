/** Checkpoints as the command line names them: a folder on this disk, or "hub:" and a repository of a hub. */
import { homedir } from "node:os";
import { join } from "node:path";
import { createAddressFolder } from "../models/address-folder.ts";
import type { FileStore } from "../models/cache/file-store.ts";
import { DEFAULT_HUB } from "../models/hub/default-hub.ts";
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
  const [{ openHubFolder }, { belongsElsewhere }, { createNodeHasher }, store] = await Promise.all([
    import("../models/hub/hub-folder.ts"),
    import("../models/hub/hub-token.ts"),
    import("../models/hub/content-hash-node.ts"),
    openNodeStore(),
  ]);
  const { HF_TOKEN } = process.env;
  const hubUrl = source.hubUrl ?? usualHub();
  // A token is for the hub that it was made on. The variable stands there for every program, so that one of another hub
  // is left out in silence where a given one is refused.
  const meant = HF_TOKEN && hubUrl === usualHub() && URL.canParse(hubUrl) && !belongsElsewhere(HF_TOKEN.trim(), hubUrl);
  const accessToken = source.accessToken ?? (meant ? HF_TOKEN : null);
  return openHubFolder({ ...source, hubUrl, accessToken }, store, { createHasher: createNodeHasher });
}

/** The hub of repositories that are named without an address. */
export function usualHub(): string {
  return process.env.HF_ENDPOINT || DEFAULT_HUB;
}

/** What is kept of hubs' models. */
export async function openNodeStore(): Promise<FileStore> {
  const { createNodeStore } = await import("../models/cache/node-store.ts");
  return createNodeStore(cacheFolder());
}

/** Where it is kept. */
export function cacheFolder(): string {
  const { PIVOTSCOPE_CACHE, XDG_CACHE_HOME } = process.env;
  return PIVOTSCOPE_CACHE || join(XDG_CACHE_HOME || join(homedir(), ".cache"), "pivotscope");
}
