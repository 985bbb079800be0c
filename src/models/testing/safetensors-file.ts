/** A safetensors file that lies in memory as a whole: what tests make and take apart. Checkpoints are streamed. */
import { convertTensor } from "../float-formats.ts";
import { parseSafetensorsHeader, type TensorInfo } from "../safetensors-header.ts";
import { createWeights } from "../weight-files.ts";
import type { ReadWeightsOptions, Weights } from "../weights.ts";

export class SafetensorsFile implements Weights {
  readonly metadata: ReadonlyMap<string, string>;
  readonly #bytes: Uint8Array<ArrayBuffer>;
  readonly #weights: Weights;

  /**
   * @param file the file's name for messages.
   * @throws PivotscopeError `bad-checkpoint` or `unsupported` when the header is not sound.
   */
  constructor(bytes: Uint8Array<ArrayBuffer>, file = "model.safetensors") {
    const header = parseSafetensorsHeader(bytes, bytes.length, file);
    this.metadata = header.metadata;
    this.#bytes = bytes;
    const only = {
      path: file,
      bytes: bytes.length,
      header,
      headerBytes: bytes.subarray(0, header.dataBegin),
      knownHash: null,
      open: async () => ({ size: bytes.length, stream: new Blob([bytes]).stream() }),
    };
    this.#weights = createWeights(file, [only], header.tensors);
  }

  get tensors(): ReadonlyMap<string, TensorInfo> {
    return this.#weights.tensors;
  }

  get files() {
    return this.#weights.files;
  }

  get dtypes() {
    return this.#weights.dtypes;
  }

  order(): string[] {
    return this.#weights.order();
  }

  has(name: string): boolean {
    return this.#weights.has(name);
  }

  expectTensor(name: string, shape: readonly number[]): TensorInfo {
    return this.#weights.expectTensor(name, shape);
  }

  read(options: ReadWeightsOptions): Promise<string> {
    return this.#weights.read(options);
  }

  withNames(names: ReadonlyMap<string, string>): Weights {
    return this.#weights.withNames(names);
  }

  /** A tensor's bytes as they lie in the file. */
  bytesOf(name: string): Uint8Array<ArrayBuffer> {
    const tensor = this.expectTensor(name, this.tensors.get(name)?.shape ?? []);
    return this.#bytes.subarray(tensor.begin, tensor.end);
  }

  /** All elements in row-major order, in an array of its own. @throws PivotscopeError as `convertTensor` does. */
  readFloat32(name: string): Float32Array<ArrayBuffer> {
    const tensor = this.expectTensor(name, this.tensors.get(name)?.shape ?? []);
    return convertTensor({ ...tensor, bytes: this.bytesOf(name) }, "float32") as Float32Array<ArrayBuffer>;
  }
}
