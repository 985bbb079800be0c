/**
 * A backend compiles graphs, runs them, holds tensors and runs kernels. It is a connector: it knows nothing of models
 * or methods, never frees what it was not told to free, and runs one thing at a time.
 *
 * Contract: every tensor has one owner who calls `release`; tensors that `run` returns belong to the caller. Calls
 * are serialised inside (onnxruntime crashes on concurrent runs), so awaiting in any order is safe. Kernels are
 * ordered after every run that was awaited before them.
 */
import { invariant, PivotscopeError } from "../core/errors.ts";
import type { Graph } from "../graph/graph.ts";
import type { AnyCall, AnyKernel, KernelSet } from "./kernels/kernel-set.ts";
import type { Tensor, TensorData } from "./tensor.ts";

export type { Tensor, TensorData } from "./tensor.ts";
export { elementCount } from "./tensor.ts";

/** What a backend's device allows. */
export interface BackendLimits {
  /** Bytes of the largest tensor that kernels and graphs can bind; Infinity on the cpu. */
  readonly largestBuffer: number;
  /** Whether graphs may compute in float16. */
  readonly float16: boolean;
}

/** A compiled graph. */
export interface Program {
  readonly graph: Graph;
  readonly handle: unknown;
}

export type Feeds = Readonly<Record<string, Tensor>>;

export interface Backend {
  readonly kind: "webgpu" | "cpu";
  /** Settles with the reason when the device is lost; never settles on the cpu. */
  readonly lost: Promise<string>;
  /** Tensors of an awaited kernel must not be released before it is done. */
  readonly kernels: KernelSet<Tensor>;
  /**
   * The call of a kernel that is not in the set because few need it, see `kernels/late.ts`. It takes tensors of any format;
   * its request says which. @throws PivotscopeError `unsupported` where the device refuses `shader`.
   */
  prepareKernel(kernel: AnyKernel, shader: string): Promise<AnyCall<Tensor>>;
  readonly limits: BackendLimits;
  /** Bytes of tensors that were uploaded and not yet released. */
  readonly uploadedBytes: number;
  /** Graph runs that were made. */
  readonly runs: number;
  /**
   * Whether every run copies all that it is fed, as onnxruntime's WebAssembly does. Weights that are used many times are
   * then better given to `compile` as constants, of which the session holds a copy of its own.
   */
  readonly copiesFeeds: boolean;
  /**
   * Whether a run that is given places saves copying. onnxruntime-node copies all results, those in places as well.
   */
  readonly writesInPlace: boolean;
  /**
   * Compiles `graph`. Inputs of the graph that `constants` names are copied into the program and are not fed; only
   * backends that copy feeds take them.
   */
  compile(graph: Graph, constants?: Feeds): Promise<Program>;
  /** Gives a program's memory back; it must not be run again. */
  discard(program: Program): Promise<void>;
  /**
   * Runs `program`. Every graph input must be fed. Returns all outputs, owned by the caller, but those that `places` has:
   * they are written into the tensors there, of their very shapes, which may be fed as well. Backends that copy feeds take
   * no places.
   * Throws `device-lost` when the device goes away, `out-of-memory` when the device says so.
   */
  run(program: Program, feeds: Feeds, places?: Feeds): Promise<Record<string, Tensor>>;
  /** A new float32 tensor of zeros, which the caller owns. */
  allocate(dims: readonly number[]): Tensor;
  /** Copies `data` into a new tensor. On the cpu the tensor may share `data`'s memory: do not write to it after. */
  upload(data: TensorData, dims: readonly number[]): Tensor;
  /** As `upload`, but in the CPU's memory, for graph inputs that are lengths and not numbers to compute with. */
  uploadLength(length: number): Tensor;
  /** Overwrites an uploaded float32 tensor of the same size. */
  write(tensor: Tensor, data: Float32Array): void;
  /** Copies a tensor to the CPU; float16 and int32 are widened. */
  read(tensor: Tensor): Promise<Float32Array>;
  release(...tensors: readonly Tensor[]): void;
  /**
   * Resolves when everything that was submitted is done: keeps slow GPUs from piling up work. Throws `out-of-memory` when
   * an upload since the last call found no memory, which GPUs tell late.
   */
  settle(): Promise<void>;
  dispose(): Promise<void>;
}

/**
 * Does `work` and waits for the backend, so that an upload that found no memory fails this work and not a later one, which
 * would name a tensor long gone. Where `work` fails, the lack of memory that led to it is thrown instead; a cancelled one does
 * not wait. `discard` takes what `work` gave when it cannot be had.
 */
export async function settled<Result>(
  backend: Pick<Backend, "settle">,
  work: () => Promise<Result>,
  discard: (result: Result) => void = () => undefined,
): Promise<Result> {
  let result: Result;
  try {
    result = await work();
  } catch (error) {
    const lack = backend.settle().then(
      () => null,
      (reason: unknown) => (hasCode(reason, "out-of-memory") ? reason : null),
    );
    throw hasCode(error, "cancelled") ? error : ((await lack) ?? error);
  }
  try {
    await backend.settle();
  } catch (error) {
    discard(result);
    throw error;
  }
  return result;
}

function hasCode(error: unknown, code: PivotscopeError["code"]): boolean {
  return error instanceof PivotscopeError && error.code === code;
}

/** The output `name` of a run; a missing one is a mistake in our own code. */
export function output(outputs: Feeds, name: string): Tensor {
  const tensor = outputs[name];
  invariant(tensor, `The graph has no output "${name}"; it has ${Object.keys(outputs).join(", ")}.`);
  return tensor;
}

/** Runs `task`s one after another, in the order in which they were given. A failure does not stop the next one. */
export function createQueue(): <T>(task: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (task) => {
    const result = last.then(task, task);
    last = result.catch(() => undefined);
    return result;
  };
}
