/** The ways to run a model on this device: whether its limits allow each, why, and which one is taken by itself. */
import { PivotscopeError } from "../../core/errors.ts";
import { formatBytes } from "../../core/format-bytes.ts";
import type { Precision } from "../../graph/precision.ts";
import type { ModelDefinition } from "../../models/architectures/definition.ts";
import type { ModelConfig } from "../../models/architectures/registry.ts";
import type { AdapterFacts } from "../../runtime/webgpu/adapter.ts";
import type { LoadOptions, ModelChoice } from "../contract.ts";
import { type Sequences, sequencesOf, widestBytes } from "../pass/memory-plan.ts";
import { defineModel, defineModelWithin } from "./create-model.ts";
import type { CpuMemory, Device } from "./device.ts";
import { largestTensorBytes, weightBytes } from "./weight-upload.ts";

const MEBIBYTE = 2 ** 20;

/** What WebGPU allows everywhere, for sizes where no adapter was found (WebGPU specification, section 3.6.2). */
const DEFAULT_BUFFER = 128 * MEBIBYTE;

/** Tokens of question and reasoning that a model is sized for, beside a picture's (project decision). */
const SIZED_TOKENS = 512;

/** What runs of layers and logits hold beside the weights on the CPU, see memory-plan.ts. */
const CPU_WORK = 1024 * MEBIBYTE;

/** One entry for each way to run a model of `config`, the one that `options` lead to first. */
export async function runChoices(config: ModelConfig, device: Device, options: LoadOptions): Promise<ModelChoice[]> {
  const adapter = await device.probeWebGpu().catch((error: unknown) => {
    if (error instanceof PivotscopeError && error.code === "no-webgpu") return error;
    throw error;
  });
  const software = adapter instanceof PivotscopeError ? null : adapter.software;
  const cpu = cpuChoice(config, device.cpuMemory(), software !== null);
  const half = halfOnCpu(config, device.cpuMemory());
  const gpu = (["float16", "float32"] as const).map((precision) => gpuChoice(config, precision, adapter, cpu));
  const cpus = half ? [half, cpu] : [cpu];
  return inOrder(software === null ? [...gpu, ...cpus] : [...cpus, ...gpu], options);
}

/** Peak over the weights of a model that the CPU holds in half precision: one layer, a part of the head, what runs keep. */
const HALF_ON_CPU = 1.6;

/**
 * Half precision on the CPU where single precision does not fit and half does, which costs time; null otherwise, and where all
 * that is fed is copied into a heap of its own.
 */
export function halfOnCpu(config: ModelConfig, memory: CpuMemory): ModelChoice | null {
  const { heap, device } = memory;
  if (heap !== null || device === null || cpuChoice(config, memory, true).fits) return null;
  const definition = defineModel(config);
  const bytes = weightBytes(definition, "float16");
  const whole = HALF_ON_CPU * bytes;
  if (whole > device) return null;
  const reason =
    `In half precision it takes up to about ${formatBytes(whole)} of memory, and this device has about ` +
    `${deviceGigabytes(device)}; single precision does not fit. Every layer is widened when it runs, which is slower.`;
  return {
    ...({ backend: "cpu", precision: "float16", weightBytes: bytes, bufferLimit: null, fits: true } as const),
    largestBuffer: largestBufferBytes(definition),
    reason,
  };
}

/**
 * Whether "auto" leaves this adapter for the CPU: WebGPU in software takes 30 times as long as WebAssembly (docs/performance.md).
 * What asks for half precision asks for a GPU, since the CPU is no faster with it; and what the CPU's memory cannot hold runs
 * where it can.
 */
export function losesToCpu(
  { software, float16 }: AdapterFacts,
  { config, memory, precision }: { config: ModelConfig; memory: CpuMemory; precision: LoadOptions["precision"] },
): boolean {
  if (software === null || (precision === "float16" && float16)) return false;
  return cpuChoice(config, memory, true).fits;
}

/** What may need the largest buffer: a weight, or the attention of one frame or of one sequence. */
interface BufferNeed {
  readonly bytes: number;
  /** What a model may have at most where a buffer may have `limit` bytes, beside what this one has. */
  fitting(limit: number): string;
}

/**
 * All in single precision, also where weights are held in half: measuring reads them through float32 copies. Tables of
 * the vocabulary are no need, since they are held in parts.
 */
function bufferNeeds(definition: ModelDefinition): BufferNeed[] {
  const tensor = largestTensorBytes(definition);
  const weight: BufferNeed = {
    bytes: tensor,
    fitting: (limit) =>
      `weights of up to ${inNumbers(limit / 4)} numbers each (its largest has ${inNumbers(tensor / 4, Math.ceil)})`,
  };
  const attention = (sequences: Sequences, what: string, counted: string): BufferNeed => ({
    bytes: widestBytes(sequences),
    fitting: (limit) => `up to ${tokensWithin(sequences, limit)} ${what} (${sequences.tokens} ${counted})`,
  });
  const tokens = (definition.vision?.largestFrame.tokens ?? 0) + SIZED_TOKENS;
  const text = attention(
    sequencesOf(definition, "text", tokens),
    "tokens of picture, question and reasoning",
    "are counted",
  );
  if (!definition.vision) return [weight, text];
  return [
    weight,
    text,
    attention(
      sequencesOf(definition, "vision", definition.vision.largestFrame.patches),
      "patches in a picture",
      "here",
    ),
  ];
}

function largestBufferBytes(definition: ModelDefinition): number {
  return Math.max(...bufferNeeds(definition).map(({ bytes }) => bytes));
}

/** Most tokens that a sequence may have for its largest tensor to stay within `limit` bytes; fewer than it has now. */
function tokensWithin(sequences: Sequences, limit: number): number {
  let [fits, tooMany] = [0, sequences.tokens];
  while (tooMany - fits > 1) {
    const tokens = (fits + tooMany) >> 1;
    if (widestBytes({ ...sequences, tokens }) <= limit) fits = tokens;
    else tooMany = tokens;
  }
  return fits;
}

function gpuChoice(
  config: ModelConfig,
  precision: Precision,
  adapter: AdapterFacts | PivotscopeError,
  cpu: ModelChoice,
): ModelChoice {
  const found = !(adapter instanceof PivotscopeError);
  const limit = found ? adapter.largestBuffer : 0;
  const definition = defineModelWithin(config, found ? limit : DEFAULT_BUFFER, precision);
  const bytes = weightBytes(definition, precision);
  const largestBuffer = largestBufferBytes(definition);
  const base = { backend: "webgpu", precision, weightBytes: bytes, largestBuffer, bufferLimit: limit } as const;
  if (!found) return { ...base, fits: false, reason: `${adapter.message} ${adapter.hint}`.trim() };
  if (largestBuffer > limit) {
    const excessive = bufferNeeds(definition).filter(({ bytes }) => bytes > limit);
    const reason =
      `Its largest buffer takes ${formatBytes(largestBuffer)}, and this GPU allows ${formatBytes(limit)}. ` +
      `A model with ${excessive.map((need) => need.fitting(limit)).join(" and ")} would fit` +
      `${cpu.fits ? "; this one fits on the CPU." : "."}`;
    return { ...base, fits: false, reason };
  }
  if (precision === "float16" && !adapter.float16) {
    const reason =
      `This GPU does not compute in half precision (shader-f16), which would take ${formatBytes(bytes)}; ` +
      "single precision takes twice that.";
    return { ...base, fits: false, reason };
  }
  if (adapter.software !== null) {
    const reason = `WebGPU runs in software here (${adapter.software}), which is slower than the CPU.`;
    return { ...base, fits: true, reason };
  }
  const reason =
    `Its largest buffer takes ${formatBytes(largestBuffer)} of the ${formatBytes(limit)} that this GPU allows. ` +
    `Its weights take ${formatBytes(bytes)} of the GPU's memory, of which browsers do not tell how much there is.`;
  return { ...base, fits: true, reason };
}

/** `fastest` where there is no graphics hardware. */
function cpuChoice(config: ModelConfig, { heap, device, deviceMayHaveMore }: CpuMemory, fastest: boolean): ModelChoice {
  const definition = defineModel(config);
  const bytes = weightBytes(definition, "float32");
  const base = {
    backend: "cpu",
    precision: "float32",
    weightBytes: bytes,
    largestBuffer: largestBufferBytes(definition),
    bufferLimit: null,
  } as const;
  // The page holds the weights; a runtime with a heap of its own takes a copy there to generate with, and what its runs need.
  const inHeap = bytes + CPU_WORK;
  const whole = heap === null ? inHeap : bytes + inHeap;
  if (heap !== null && inHeap > heap) {
    const reason =
      `With what runs need, its weights take ${formatBytes(inHeap)} of WebAssembly's memory, which ends at ` +
      `${formatBytes(heap)}. A model of up to ${Math.floor((heap - CPU_WORK) / 4e6)} million parameters would fit.`;
    return { ...base, fits: false, reason };
  }
  if (device !== null && !deviceMayHaveMore && whole > device) {
    const reason =
      `It takes up to about ${formatBytes(whole)} of memory, and this device has about ${deviceGigabytes(device)}. ` +
      `A model of up to ${Math.max(0, Math.floor((device - CPU_WORK) / (heap === null ? 4e6 : 8e6)))} million parameters would fit.`;
    return { ...base, fits: false, reason };
  }
  const has =
    device === null ? "of which browsers do not tell how much is free" : `of ${deviceText(device, deviceMayHaveMore)}`;
  const speed = fastest ? "" : " The CPU is several times slower than a GPU.";
  const reason = `It takes up to about ${formatBytes(whole)} of memory, ${has}.${speed}`;
  return { ...base, fits: true, reason };
}

/** Browsers round it to a power of two and call that gigabytes. */
function deviceGigabytes(bytes: number): string {
  return `${Number((bytes / 2 ** 30).toFixed(2))} GB`;
}

function deviceText(device: number, mayHaveMore: boolean): string {
  return `${deviceGigabytes(device)}${mayHaveMore ? " or more" : ""}; how much is free is not known`;
}

/** What can be taken first, and among that what was asked for; otherwise in the order in which "auto" tries. */
function inOrder(choices: readonly ModelChoice[], { backend, precision = "auto" }: LoadOptions): ModelChoice[] {
  const rank = (choice: ModelChoice) => {
    const asked =
      (backend === "auto" || choice.backend === backend) && (precision === "auto" || choice.precision === precision);
    return (choice.fits ? 0 : 2) + (asked ? 0 : 1);
  };
  return [...choices].sort((left, right) => rank(left) - rank(right));
}

/** "33.5 million", "65,536" */
function inNumbers(count: number, round: (value: number) => number = Math.floor): string {
  return count < 1e6 ? round(count).toLocaleString("en-US") : `${round(count / 1e5) / 10} million`;
}
