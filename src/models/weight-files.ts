/** Weights in files whose headers are known: tensors by name over all files, and the pass through their bytes. */
import { createBreath } from "../core/breath.ts";
import { PivotscopeError, throwIfCancelled } from "../core/errors.ts";
import { plural } from "../core/words.ts";
import { QUANTISED_HINT } from "./architectures/quantised.ts";
import { requireReadable } from "./float-formats.ts";
import { paceReports } from "./paced-reports.ts";
import { readChunks } from "./read-chunks.ts";
import type { SafetensorsHeader, TensorInfo } from "./safetensors-header.ts";
import type { OpenFile, Sha256 } from "./source.ts";
import { createTensorAssembler } from "./tensor-assembler.ts";
import { combineHashes, createSha256 } from "./weight-hash.ts";
import type { ReadWeightsOptions, Weights } from "./weights.ts";

export interface WeightFile {
  readonly path: string;
  /** Length of the whole file. */
  readonly bytes: number;
  readonly header: SafetensorsHeader;
  /** The bytes that the header was read from, up to its end: a file that changed since then is found out. */
  readonly headerBytes: Uint8Array;
  readonly open: (signal: AbortSignal | undefined) => Promise<OpenFile>;
  /** Hex SHA-256 where the place knows it and checks it while reading; null where it must be computed. */
  readonly knownHash: string | null;
  /** See `CheckpointFolder`. */
  readonly createSha256?: (() => Sha256) | undefined;
}

type FileProgress = (done: number, origin: OpenFile["origin"]) => void;

/** How long reading may keep the thread, and how often progress is reported, in milliseconds. */
const BREATH_INTERVAL = 50;
const REPORT_INTERVAL = 50;

/**
 * @param files in the order in which they are read.
 * @param label what messages call the weights: the file, or the index of several.
 * @param tensors of all files by the name that they are asked for with, without repetition.
 * @param whereabouts what else is known about a tensor that is not there, for the message: empty, or with a comma before it.
 */
export function createWeights(
  label: string,
  files: readonly WeightFile[],
  tensors: ReadonlyMap<string, TensorInfo>,
  whereabouts: (name: string) => string = () => "",
): Weights {
  const find = (name: string): TensorInfo => {
    const tensor = tensors.get(name);
    if (tensor !== undefined) return tensor;
    throw new PivotscopeError(
      "bad-checkpoint",
      `${label}: there is no tensor "${name}" among its ${plural(tensors.size, "tensor")}${whereabouts(name) || nearest(tensors, name)}.`,
      whereabouts(name) === ""
        ? hintFor(tensors)
        : "Download all weight files and the index again; they must belong to the same version of the model.",
    );
  };
  return {
    tensors,
    files: files.map(({ path, bytes }) => ({ path, bytes })),
    dtypes: [...new Set([...tensors.values()].map((tensor) => tensor.dtype))].sort(),
    order: () =>
      files.flatMap(({ header }) =>
        [...header.tensors.values()].sort((a, b) => a.begin - b.begin || a.end - b.end).map(({ name }) => name),
      ),
    has: (name) => tensors.has(name),
    expectTensor(name, shape) {
      const tensor = find(name);
      const same = tensor.shape.length === shape.length && tensor.shape.every((length, axis) => length === shape[axis]);
      if (same) return tensor;
      throw new PivotscopeError(
        "bad-checkpoint",
        `${label}: tensor "${name}" has shape [${tensor.shape.join(", ")}]; config.json asks for [${shape.join(", ")}].`,
        hintFor(tensors),
      );
    },
    async read(options) {
      const names = new Set(Array.from(options.names, (name) => requireReadable(find(name)).name));
      return readFiles(files, { ...options, names });
    },
    withNames(names) {
      const renamed = new Map(tensors);
      for (const [name, stored] of names) renamed.set(name, find(stored));
      return createWeights(label, files, renamed, whereabouts);
    },
  };
}

/** Endings of what stands beside packed weights: AutoAWQ and GPTQ, compressed-tensors, bitsandbytes, FP8, MLX. */
const PACKED = /\.(qweight|weight_packed|absmax|SCB|weight_scale(_inv)?|scales)$/;

/** Names or shapes that do not fit belong to another model, or to one that is packed. */
function hintFor(tensors: ReadonlyMap<string, TensorInfo>): string {
  const packed = [...tensors.keys()].find((name) => PACKED.test(name));
  if (packed === undefined) return "Check that config.json and the weights belong to the same model.";
  return `The weights are quantised, as "${packed}" shows. ${QUANTISED_HINT}`;
}

/** Names that end alike point at a file with another prefix. */
function nearest(tensors: ReadonlyMap<string, TensorInfo>, name: string): string {
  const ending = name.split(".").slice(-3).join(".");
  const similar = [...tensors.keys()].find((other) => other.endsWith(ending));
  return similar === undefined ? "" : ` (there is "${similar}")`;
}

async function readFiles(files: readonly WeightFile[], options: ReadWeightsOptions): Promise<string> {
  const total = files.reduce((sum, file) => sum + file.bytes, 0);
  const digests: string[] = [];
  let before = 0;
  for (const file of files) {
    const start = before;
    const report: FileProgress = (done, origin) => options.onProgress?.(start + done, total, file.path, origin);
    digests.push(await readFile(file, options, report));
    before += file.bytes;
  }
  return combineHashes(digests);
}

/**
 * Reads one file from its first byte to its last; one whose hash is known is left alone when nothing of it is wanted.
 * Resolves to its hex SHA-256.
 */
async function readFile(
  file: WeightFile,
  { names, onTensor, signal }: ReadWeightsOptions,
  report: FileProgress,
): Promise<string> {
  const wanted = [...file.header.tensors.values()].filter((tensor) => names.has(tensor.name));
  if (wanted.length === 0 && file.knownHash !== null) {
    report(file.bytes, undefined);
    return file.knownHash;
  }
  const hasher = file.knownHash === null ? (file.createSha256?.() ?? (await createSha256())) : null;
  const assembler = createTensorAssembler(wanted);
  const breathe = createBreath(BREATH_INTERVAL);
  throwIfCancelled(signal);
  const { stream, origin } = await file.open(signal);
  const chunks = readChunks(stream);
  // A stream that waits for its place may not hear the signal.
  const stop = () => void chunks.cancel();
  signal?.addEventListener("abort", stop, { once: true });
  let done = 0;
  const reports = paceReports(REPORT_INTERVAL, () => report(done, origin));
  try {
    // The next chunk is on its way while this one is hashed and converted.
    let coming = chunks.next();
    for (;;) {
      const chunk = await coming;
      if (chunk === null) break;
      coming = chunks.next();
      // A failure is met when this chunk has been dealt with; until then nobody must call it unhandled.
      coming.catch(() => undefined);
      if (done + chunk.length > file.bytes) throw wrongLength(file, `more than ${plural(file.bytes, "byte")}`);
      compareHeader(file, chunk, done);
      hasher?.update(chunk);
      done += chunk.length;
      for (const tensor of assembler.push(chunk)) {
        await onTensor(tensor);
        throwIfCancelled(signal);
      }
      reports.note();
      chunks.giveBack(chunk);
      await breathe();
      throwIfCancelled(signal);
    }
    throwIfCancelled(signal);
    if (done < file.bytes) throw wrongLength(file, plural(done, "byte"));
  } catch (error) {
    await chunks.cancel();
    throw error;
  } finally {
    reports.end();
    signal?.removeEventListener("abort", stop);
  }
  report(done, origin);
  return hasher?.digest() ?? file.knownHash ?? "";
}

function compareHeader({ path, headerBytes }: WeightFile, chunk: Uint8Array, position: number): void {
  const count = Math.min(chunk.length, headerBytes.length - position);
  for (let index = 0; index < count; index++) {
    if (chunk[index] !== headerBytes[position + index]) {
      throw new PivotscopeError("network", `${path} changed while it was read.`, "Open the checkpoint again.");
    }
  }
}

function wrongLength({ path, bytes }: WeightFile, found: string): PivotscopeError {
  return new PivotscopeError(
    "network",
    `${path}: ${found} came; its header describes ${bytes}.`,
    "Try again; the connection broke off or the file changed while it was read.",
  );
}
