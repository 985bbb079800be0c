/**
 * The check of fused text generation, at once or left for later, and names for what checks found, so that what was right once
 * is not checked before every first answer. Only GPUs need it.
 */
import { VERSION } from "../../core/version.ts";
import type { ModelConfig } from "../../models/architectures/registry.ts";
import { sha256Of } from "../../models/weight-hash.ts";
import { fusedOffNote } from "../load/choose-generation.ts";
import type { Device } from "../load/device.ts";
import type { Model } from "../pass/model.ts";
import { checkFusedGeneration } from "./self-check-generation.ts";

export { checkFusedGeneration, runLayers } from "./self-check-generation.ts";

/** Said while the check is open. */
export const UNCHECKED_NOTE =
  "Text is written layer by layer, which is slower, until fused text generation is checked on this GPU.";

/**
 * @returns what names a check: the same for the same adapter, browser, version of Pivotscope and shape of model.
 */
export async function checkNames(device: Device, config: ModelConfig): Promise<(what: string) => Promise<string>> {
  const { name = "" } = await device.probeWebGpu();
  const browser = globalThis.navigator?.userAgent ?? "";
  return (what) => sha256Of([new TextEncoder().encode(JSON.stringify([VERSION, what, name, browser, config]))]);
}

/** See `Engine.checkDevice`. @param said what is said of `model` so far. */
export async function checkLater(
  model: Model,
  config: ModelConfig,
  said: string,
  signal: AbortSignal | undefined,
): Promise<{ readonly right: boolean; readonly precisionNote: string }> {
  const wrong = await checkFusedGeneration(model.backend, config, model.precision, signal);
  if (wrong === null) model.generationWay = "whole";
  const note = wrong === null ? "" : fusedOffNote(wrong);
  return { right: wrong === null, precisionNote: said.replace(UNCHECKED_NOTE, note).trim() };
}
