/** Pictures of own samples: kept as files, decoded when the engine needs them. */
import { PivotscopeError } from "../../../core/errors.ts";
import type { ModelSummary, OwnSample, Picture } from "../../../engine/contract.ts";
import type { WorkerEngine } from "../../../engine/worker/client.ts";
import type { Environment } from "../../environment.ts";
import { maskHash } from "../pruning/plan-key.ts";
import type { OwnEntry, OwnPicture, UsedSamples } from "./own-samples-state.ts";

/** Longest edge that a picture is kept with, in pixels: SmolVLM's processor makes every picture this large. */
const LONGEST_EDGE = 2048;

/** Bytes of decoded pictures that may go to the engine at once. */
const PICTURE_BYTES = 2 ** 30;

/** The picture's file, or a smaller one of it; of an animation, a file of what was decoded. Throws what decoding throws, so that only readable files are kept. */
export async function shrinkPicture(environment: Environment, file: Blob, name: string): Promise<Blob> {
  const { picture, previewUrl, keepsAsStored } = await environment.decodePicture(file, name);
  environment.releasePreview(previewUrl);
  const large = Math.max(picture.width, picture.height) > LONGEST_EDGE;
  if (large) return environment.encodePicture(picture, LONGEST_EDGE);
  return keepsAsStored ? file : environment.encodePicture(picture, null);
}

export async function decodeOwnPicture(environment: Environment, { file, name }: OwnPicture): Promise<Picture> {
  const { picture, previewUrl } = await environment.decodePicture(file, name);
  environment.releasePreview(previewUrl);
  return picture;
}

/** A short name made from the file's bytes. */
export async function namePicture(file: Blob): Promise<string> {
  return `${maskHash(new Uint8Array(await file.arrayBuffer()))}-${file.size}`;
}

/** Names what calibration and measurement read of samples. */
export function nameSet(entries: readonly OwnEntry[]): string {
  const text = JSON.stringify(entries.map(({ picture, question, answer }) => [picture?.id ?? null, question, answer]));
  return maskHash(new TextEncoder().encode(text));
}

/** The sample's trace, where the model at hand wrote it. */
export function ownTrace({ trace }: Pick<OwnEntry, "trace">, summary: Pick<ModelSummary, "weightHash"> | null) {
  return trace && trace.weightHash === summary?.weightHash ? trace : null;
}

/** What each engine holds in place of its model's set. */
const held = new WeakMap<WorkerEngine, string>();

/** Gives the engine the samples that its next calls are about; `used` is null for the model's own set. */
export async function provideSamples(
  environment: Environment,
  engine: WorkerEngine,
  used: UsedSamples | null,
  summary: Pick<ModelSummary, "weightHash"> | null,
  signal: AbortSignal,
): Promise<void> {
  if ((held.get(engine) ?? null) === (used?.key ?? null)) return;
  if (used === null) {
    await engine.setSamples(null, { signal });
    held.delete(engine);
    return;
  }
  const samples: OwnSample[] = [];
  let bytes = 0;
  for (const entry of used.entries) {
    if (signal.aborted) throw new PivotscopeError("cancelled", "Cancelled.");
    const picture = entry.picture && (await decodeOwnPicture(environment, entry.picture));
    bytes += picture?.pixels.byteLength ?? 0;
    if (bytes > PICTURE_BYTES) {
      throw new PivotscopeError(
        "bad-input",
        `The own samples' pictures take more than ${PICTURE_BYTES / 2 ** 20} MiB once they are decoded.`,
        `Use smaller pictures or fewer than ${used.entries.length} samples.`,
      );
    }
    samples.push({
      picture,
      question: entry.question,
      trace: ownTrace(entry, summary)?.ids ?? null,
      answer: entry.answer,
    });
  }
  await engine.setSamples(samples, { signal });
  held.set(engine, used.key);
}
