/** Whether a model has room on a device, by the size of its pictures: dry runs held against the memory that there is. */
import { throwIfCancelled } from "../../core/errors.ts";
import { formatBytes } from "../../core/format-bytes.ts";
import type { VisionDefinition } from "../../models/architectures/definition.ts";
import type { ModelConfig } from "../../models/architectures/registry.ts";
import type { LoadOptions, MemoryNeeds, PictureMemory, StatedDevice } from "../contract.ts";
import { defineModel } from "../load/create-model.ts";
import type { Device } from "../load/device.ts";
import { runChoices } from "../load/run-choices.ts";
import { ASSUMED_MEMORY } from "../pass/memory-plan.ts";
import { dryRun } from "./dry-run.ts";
import { drySample } from "./dry-sample.ts";

/** Sizes of pictures that are counted where they can be chosen, in image tokens. */
const PICTURE_TOKENS = [64, 128, 256, 1024];

/** Tokens of question and reasoning, and samples of a calibration batch (project decision). */
const SIZES = { questionTokens: 40, traceTokens: 256 };
const BATCH = 2;

/** Share of a device's memory that a model may take: the rest is what runtime, browser and system keep (project decision). */
const USABLE = 0.8;

/**
 * Counts the way to run that `options` lead to.
 * @throws PivotscopeError `cancelled`.
 */
export async function countMemoryNeeds(
  config: ModelConfig,
  device: Device,
  options: LoadOptions & StatedDevice,
  signal?: AbortSignal,
): Promise<MemoryNeeds> {
  const [choice] = await runChoices(config, device, options);
  const { backend = "cpu", precision = "float32", bufferLimit = null } = choice ?? {};
  const told = backend === "webgpu" ? options.gpuMemory : device.cpuMemory().device;
  const memory = told ?? ASSUMED_MEMORY;
  const definition = defineModel(config);
  const pictures: PictureMemory[] = [];
  let weights = 0;
  for (const tokens of sizesOf(definition.vision)) {
    throwIfCancelled(signal);
    const sample = drySample(definition, { pictureTokens: tokens ?? 0, ...SIZES });
    const largestBuffer = bufferLimit || Number.POSITIVE_INFINITY;
    const samples = Array(BATCH).fill(sample);
    const run = { kind: backend, precision, largestBuffer, samples, batchSize: BATCH, memory } as const;
    const peaks = await dryRun(config, run);
    const { writing, measuring, calibrating } = peaks;
    weights = peaks.weights;
    const within = (bytes: number) => bytes <= USABLE * memory;
    const fits = within(Math.max(writing, measuring, calibrating));
    pictures.push({ tokens, writing, measuring, calibrating, fits, fitsWriting: within(writing) });
  }
  const needs = { backend, precision, weights, memory, stated: typeof told === "number", pictures };
  return { ...needs, reason: reasonOf(needs) };
}

/** What can be chosen; of other models the one size that their pictures have. */
function sizesOf(vision: VisionDefinition | null): readonly (number | null)[] {
  return vision?.pixelStep === undefined ? [null] : PICTURE_TOKENS;
}

function most({ writing, measuring, calibrating }: PictureMemory): number {
  return Math.max(writing, measuring, calibrating);
}

function reasonOf({ backend, memory, stated, pictures }: Omit<MemoryNeeds, "reason">): string {
  const whose = backend === "webgpu" ? "GPU" : "device";
  const has = stated
    ? `this ${whose} has ${formatBytes(memory)}`
    : `${formatBytes(memory)} are assumed of this ${whose}`;
  const sized = ({ tokens }: PictureMemory) => (tokens === null ? "" : ` with pictures of ${tokens} tokens`);
  const largest = pictures.findLast(({ fits }) => fits);
  if (largest) return `It takes up to ${formatBytes(most(largest))}${sized(largest)}, calibration included; ${has}.`;
  const [smallest] = pictures;
  if (!smallest) return "";
  const needed = formatBytes(most(smallest) / USABLE);
  const least = `It takes up to ${formatBytes(most(smallest))}${sized(smallest)}, calibration included; ${has}, of which a fifth is left to others.`;
  const writes = pictures.findLast(({ fitsWriting }) => fitsWriting);
  if (writes)
    return `${least} Writing alone takes ${formatBytes(writes.writing)}${sized(writes)} and fits; ${needed} hold all.`;
  return `${least} ${needed} would hold it.`;
}
