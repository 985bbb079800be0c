/** Opening models for commands: with its weights, or only to learn which units it has. */
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { join } from "node:path";
import { PivotscopeError } from "../core/errors.ts";
import type { UnitLayout } from "../core/unit.ts";
import { defineModel, modelLayout } from "../engine/model.ts";
import { openNodePlace } from "../engine/node-places.ts";
import type { Session } from "../engine/session.ts";
import { parseModelConfig } from "../models/config.ts";
import type { CommandContext } from "./context.ts";
import { createProgressLine, describeLoading } from "./progress.ts";

const WEIGHTS = "model.safetensors";

/** Opens the checkpoint at `path` (see `openNodePlace`), gives it to `use`, and releases it whatever happens. */
export async function withModel<Result>(
  path: string,
  context: CommandContext,
  use: (session: Session) => Promise<Result>,
): Promise<Result> {
  // Imported here so that help and planning do not wait for onnxruntime's native library.
  const { openNodeSession } = await import("../engine/node-engine.ts");
  const line = createProgressLine(context);
  const onProgress = (progress: Parameters<typeof describeLoading>[0]) => line.show(describeLoading(progress));
  const session = await openNodeSession(path, { signal: context.signal, onProgress }).finally(() => line.clear());
  try {
    return await use(session);
  } finally {
    await session.dispose();
  }
}

export interface ModelOutline {
  readonly name: string;
  readonly layout: UnitLayout;
  /** Hex SHA-256 of model.safetensors; empty where the folder has no such file. */
  readonly weightHash: string;
}

/** What config.json says about a model, and the hash of its weights file, which is read at most and not loaded. */
export async function outlineModel(path: string): Promise<ModelOutline> {
  const folder = await openNodePlace(path);
  const layout = modelLayout(defineModel(parseModelConfig(await folder.readText("config.json"))));
  const hasWeights = await folder.has(WEIGHTS);
  const known = hasWeights ? ((await folder.knownHash?.(WEIGHTS)) ?? null) : "";
  return { name: folder.name, layout, weightHash: known ?? (await hashFile(join(path, WEIGHTS))) };
}

/** The same hash as models/weight-hash, in pieces: a weights file may be larger than memory. */
async function hashFile(path: string): Promise<string> {
  const hash = createHash("sha256");
  try {
    for await (const piece of createReadStream(path)) hash.update(piece);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new PivotscopeError("bad-input", `${path} could not be read: ${reason}.`, "Check its permissions.", {
      cause,
    });
  }
  return hash.digest("hex");
}
