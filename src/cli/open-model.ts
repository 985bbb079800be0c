/** Opening models for commands: with its weights, or only to learn which units it has. */
import { PivotscopeError } from "../core/errors.ts";
import type { UnitLayout } from "../core/unit.ts";
import { defineModel, modelLayout } from "../engine/load/create-model.ts";
import { openNodePlace } from "../engine/node-places.ts";
import type { Session } from "../engine/session.ts";
import { parseModelConfig } from "../models/architectures/registry.ts";
import { openWeights } from "../models/open-weights.ts";
import type { CheckpointFolder } from "../models/source.ts";
import type { CommandContext } from "./context.ts";
import { type AskedDevice, openOnDevice, type Place, tellPlace } from "./device-options.ts";
import { createProgressLine, describeLoading } from "./progress.ts";

/** Opens the checkpoint at `path` (see `openNodePlace`), gives it to `use`, and releases it whatever happens. */
export async function withModel<Result>(
  path: string,
  asked: AskedDevice,
  context: CommandContext,
  use: (session: Session, place: Place) => Promise<Result>,
): Promise<Result> {
  // Imported here so that help and planning do not wait for onnxruntime's native library.
  const { openNodeHome, openNodeSession } = await import("../engine/node-engine.ts");
  const home = openNodeHome();
  const line = createProgressLine(context);
  const onProgress = (progress: Parameters<typeof describeLoading>[0]) => line.show(describeLoading(progress));
  try {
    const session = await openOnDevice(asked, context, (options) =>
      openNodeSession(path, { signal: context.signal, onProgress }, options, home).finally(() => line.clear()),
    );
    try {
      return await use(session, await tellPlace(asked, session.summary, home, context));
    } finally {
      await session.dispose();
    }
  } finally {
    await home.close();
  }
}

export interface ModelOutline {
  readonly name: string;
  readonly layout: UnitLayout;
  /** Hash of the weights, see `Weights.read`; empty where the folder has none. */
  readonly weightHash: string;
}

/** What config.json says about a model, and the hash of its weights file, which is read at most and not loaded. */
export async function outlineModel(path: string): Promise<ModelOutline> {
  const folder = await openNodePlace(path);
  const layout = modelLayout(defineModel(parseModelConfig(await folder.readText("config.json"))));
  return { name: folder.name, layout, weightHash: await hashOf(folder) };
}

/** Reads the weights to their end, or not at all where the folder knows their hash. Empty without weights. */
async function hashOf(folder: CheckpointFolder): Promise<string> {
  try {
    const weights = await openWeights(folder);
    return await weights.read({ names: new Set(), onTensor: () => undefined });
  } catch (error) {
    if (error instanceof PivotscopeError && error.code === "not-found") return "";
    throw error;
  }
}
