/** Opening models for commands: with its weights, or only to learn which units it has. */
import { createHash } from "node:crypto";
import { PivotscopeError } from "../core/errors.ts";
import type { UnitLayout } from "../core/unit.ts";
import { defineModel, modelLayout } from "../engine/load/create-model.ts";
import { openNodePlace } from "../engine/node-places.ts";
import type { Session } from "../engine/session.ts";
import { type ModelConfig, openModelConfig } from "../models/architectures/registry.ts";
import { type FittedWeights, fitWeights } from "../models/fit-weights.ts";
import { readModelConfig } from "../models/model-config-file.ts";
import { openWeights } from "../models/open-weights.ts";
import { type CheckpointFolder, readTwice } from "../models/source.ts";
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

/** Which units a model has, and the hash of its weights file, which is read at most and not loaded. */
export async function outlineModel(path: string): Promise<ModelOutline> {
  const folder = await openNodePlace(path);
  return readTwice(folder, async () => {
    const config = await openModelConfig(await readModelConfig(folder));
    return { name: folder.name, ...(await outlineFolder(folder, config)) };
  });
}

async function outlineFolder(folder: CheckpointFolder, stated: ModelConfig): Promise<Omit<ModelOutline, "name">> {
  try {
    return await outlineWeights(fitWeights(stated, await openWeights(folder)));
  } catch (error) {
    if (!(error instanceof PivotscopeError) || error.code !== "not-found") throw error;
    return { layout: modelLayout(defineModel(stated)), weightHash: "" };
  }
}

/**
 * What the model is, its units, and the hash of its weights. Reads the weights to their end, or not at all where the folder
 * knows their hash.
 */
export async function outlineWeights({ config, weights, ifHeadsEqual }: FittedWeights, signal?: AbortSignal) {
  const { ownHead, embeddingWeights } = defineModel(config).text;
  const digests: string[] = [];
  const weightHash = await weights.read({
    names: new Set(ifHeadsEqual ? [ownHead, embeddingWeights[0]?.tensor ?? ""] : []),
    onTensor: ({ bytes }) => void digests.push(createHash("sha256").update(bytes).digest("hex")),
    signal,
  });
  const found = ifHeadsEqual && digests[0] === digests[1] ? ifHeadsEqual : config;
  return { config: found, layout: modelLayout(defineModel(found)), weightHash };
}
