/** The weights of a checkpoint: tensors by name, read as float32. */
import { PivotscopeError } from "../core/errors.ts";
import { copyFloat32, widenBfloat16, widenFloat16 } from "./float-formats.ts";
import { parseSafetensorsHeader, type TensorInfo } from "./safetensors-header.ts";

/** What the architectures need of weights; a sharded or streamed reader can stand in for one file. */
export interface Weights {
  readonly tensors: ReadonlyMap<string, TensorInfo>;
  has(name: string): boolean;
  /** @throws PivotscopeError `bad-checkpoint` when there is no such tensor or its shape is another. */
  expectTensor(name: string, shape: readonly number[]): TensorInfo;
  /** All elements in row-major order, in an array of its own. @throws PivotscopeError, see `SafetensorsFile`. */
  readFloat32(name: string): Float32Array<ArrayBuffer>;
}

const READABLE = ["BF16", "F16", "F32"] as const;

/** A safetensors file that lies in memory as a whole. */
export class SafetensorsFile implements Weights {
  readonly file: string;
  readonly tensors: ReadonlyMap<string, TensorInfo>;
  readonly metadata: ReadonlyMap<string, string>;
  readonly #bytes: Uint8Array;

  /**
   * @param file the file's name for messages.
   * @throws PivotscopeError `bad-checkpoint` or `unsupported` when the header is not sound.
   */
  constructor(bytes: Uint8Array, file = "model.safetensors") {
    const header = parseSafetensorsHeader(bytes, bytes.length, file);
    this.file = file;
    this.tensors = header.tensors;
    this.metadata = header.metadata;
    this.#bytes = bytes;
  }

  has(name: string): boolean {
    return this.tensors.has(name);
  }

  expectTensor(name: string, shape: readonly number[]): TensorInfo {
    const tensor = this.#find(name);
    const same = tensor.shape.length === shape.length && tensor.shape.every((length, axis) => length === shape[axis]);
    if (same) return tensor;
    throw new PivotscopeError(
      "bad-checkpoint",
      `${this.file}: tensor "${name}" has shape [${tensor.shape.join(", ")}]; config.json asks for ` +
        `[${shape.join(", ")}].`,
      "Check that config.json and the weights belong to the same model.",
    );
  }

  /** @throws PivotscopeError `bad-checkpoint` for an unknown name, `unsupported` for a dtype other than READABLE. */
  readFloat32(name: string): Float32Array<ArrayBuffer> {
    const tensor = this.#find(name);
    const bytes = this.#bytes.subarray(tensor.begin, tensor.end);
    switch (tensor.dtype) {
      case "BF16":
        return widenBfloat16(bytes);
      case "F16":
        return widenFloat16(bytes);
      case "F32":
        return copyFloat32(bytes);
      default:
        throw new PivotscopeError(
          "unsupported",
          `${this.file}: tensor "${name}" is stored as ${tensor.dtype}; supported are ${READABLE.join(", ")}.`,
          "Use a checkpoint that is not quantised.",
        );
    }
  }

  #find(name: string): TensorInfo {
    const tensor = this.tensors.get(name);
    if (tensor !== undefined) return tensor;
    throw new PivotscopeError(
      "bad-checkpoint",
      `${this.file}: there is no tensor "${name}" among its ${this.tensors.size} tensors${this.#nearest(name)}.`,
      "Check that config.json and the weights belong to the same model.",
    );
  }

  /** Names that end alike point at a file with another prefix. */
  #nearest(name: string): string {
    const ending = name.split(".").slice(-3).join(".");
    const similar = [...this.tensors.keys()].find((other) => other.endsWith(ending));
    return similar === undefined ? "" : ` (there is "${similar}")`;
  }
}
