/**
 * The weights of a checkpoint as the engine takes them: known by name and shape at once, read as a stream.
 *
 * They may lie in one safetensors file or in several with an index, in memory, on a disk or behind a network. A read goes
 * through each file once, from its first byte to its last, and hands out one tensor after another, so that no more than
 * a few tensors are in memory whatever the file's size.
 */
import type { Precision } from "../graph/precision.ts";
import type { Dtype, TensorInfo } from "./safetensors-header.ts";
import type { OpenFile } from "./source.ts";

/** One tensor's bytes as they lie in the file, little-endian, row-major. Valid until the callback that got it returns. */
export interface StoredTensor extends TensorInfo {
  readonly bytes: Uint8Array;
}

/** Bytes of all weight files, the file at hand, and where its bytes come from, where its place can say. */
export type WeightsProgress = (done: number, total: number, item: string, origin: OpenFile["origin"]) => void;

export interface ReadWeightsOptions {
  /** Tensors that are wanted, as `Weights.tensors` has them; the others are passed over. */
  readonly names: ReadonlySet<string>;
  /** Called in the order of the files, with the file's own names; the stream waits for what it returns. */
  readonly onTensor: (tensor: StoredTensor) => void | Promise<void>;
  readonly onProgress?: WeightsProgress | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface Weights {
  /** By the name that the model asks for; a `TensorInfo` has the one that the file uses, see `withNames`. */
  readonly tensors: ReadonlyMap<string, TensorInfo>;
  /** Names of the files and their bytes. */
  readonly files: readonly { readonly path: string; readonly bytes: number }[];
  readonly dtypes: readonly Dtype[];
  /** Names of the files' tensors, as the files have them, in the order in which a read hands them out. */
  order(): string[];
  has(name: string): boolean;
  /** @throws PivotscopeError `bad-checkpoint` when there is no such tensor or its shape is another. */
  expectTensor(name: string, shape: readonly number[]): TensorInfo;
  /**
   * Reads the wanted tensors. Resolves to the weights' hash once every byte has been seen: the hex SHA-256 of a single
   * file; of several, the SHA-256 of their hex digests in the order of `files`, one per line.
   * @throws PivotscopeError `network`, `bad-checkpoint`, `unsupported` for a dtype that cannot be read, `cancelled`.
   */
  read(options: ReadWeightsOptions): Promise<string>;
  /** The same weights where each name in `names` stands for the file's tensor of the name that it is mapped to. */
  withNames(names: ReadonlyMap<string, string>): Weights;
}

/** A tensor's numbers in the format that is asked for; float16 as bit patterns, rounded to nearest even. */
export type ConvertTensor = (
  tensor: StoredTensor,
  precision: Precision,
) => Float32Array<ArrayBuffer> | Uint16Array<ArrayBuffer>;
