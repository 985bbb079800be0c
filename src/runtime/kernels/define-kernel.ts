/**
 * Kernels as descriptors: one object that says what a kernel is asked and what its shader reads. From it follow the type
 * of a request, its check, how tensors become buffers, and on WebGPU the uniforms, bindings, overrides and dispatches.
 *
 * All matrices are row-major, of float32 or int32. Buffers may be larger than the matrix they hold (onnxruntime pools
 * them), so sizes always come from the request, never from the buffer.
 */
import type { Asked, Derived, Parameters, Values } from "./parameters.ts";

/** Dimensions of what a buffer holds, outermost first: numbers, or names of parameters and derived sizes. */
export type Shape<Name extends string = string> = readonly (number | Name)[];

export interface BufferSpec<Name extends string = string> {
  readonly type: "float32" | "int32";
  readonly shape: Shape<Name>;
  /** The parameter that says where in the buffer the numbers begin; at 0 when absent. */
  readonly from?: Name;
  /** Whether the kernel writes it: an accumulator or a result. */
  readonly written?: true;
}

export type Buffers = Readonly<Record<string, BufferSpec>>;

/** A pipeline of the shader: its entry point, called as the pipeline when absent, and overrides of its own. */
export interface PipelineSpec {
  readonly entryPoint?: string;
  readonly constants?: Readonly<Record<string, number>>;
}

export type Pipelines = Readonly<Record<string, PipelineSpec>>;

/** One dispatch: so many workgroups of a pipeline. The grid may hold more; shaders leave out those past the end. */
export interface Pass<Name extends string = string> {
  readonly pipeline: Name;
  readonly workgroups: number;
}

/**
 * - `at once`: a call has submitted its work, or done it, when it returns.
 * - `awaited`: a backend may take its time, so callers await; the next call and the release of its buffers wait for it.
 * - `compiled late`: as `awaited`, and its pipelines are compiled when they are first asked for.
 */
export type Timing = "at once" | "awaited" | "compiled late";

type Key<T> = keyof T & string;

/** How a kernel of parameters `P` and derived sizes `D` runs. */
export interface KernelSpec<
  P extends Parameters,
  D extends Derived,
  B extends Buffers,
  L extends Pipelines,
  T extends Timing,
> {
  readonly timing: T;
  /** Binding 1, 2, … of the shader, in this order; binding 0 is its struct Parameters. */
  readonly buffers: B & { readonly [Name in keyof B]: BufferSpec<NoInfer<Key<P> | Key<D>>> };
  /** Derived sizes that the shader reads too: struct Parameters has them after the parameters, all in snake_case. */
  readonly uniforms?: readonly NoInfer<Key<D>>[];
  /** Float32 memory between passes: the binding after the buffers. */
  readonly scratch?: Shape<NoInfer<Key<P> | Key<D>>>;
  /** Override constants of the shader, the same for all pipelines. */
  readonly constants?: Readonly<Record<string, number>>;
  readonly pipelines: L;
  /** What runs, one after another; each pass sees what the pass before it wrote. */
  passes(values: Values<P> & NoInfer<D>): readonly Pass<NoInfer<Key<L>>>[];
}

/** A kernel's descriptor with types that serve any kernel. */
export interface Kernel {
  readonly name: string;
  readonly parameters: Parameters;
  readonly timing: Timing;
  readonly buffers: Buffers;
  readonly uniforms?: readonly string[];
  readonly scratch?: Shape;
  readonly constants?: Readonly<Record<string, number>>;
  readonly pipelines: Pipelines;
  // Methods, whose parameters TypeScript compares both ways: a kernel takes fewer values than any.
  derive(values: AnyValues): Derived;
  passes(values: AnyValues): readonly Pass[];
}

/** The parameters and derived sizes of some kernel's request. */
export type AnyValues = Readonly<Record<string, number | string>>;

/** Some kernel's request, where code serves all of them. */
export type AnyRequest<Buffer> = Readonly<Record<string, number | string | Buffer>>;

/** What a kernel is asked: its parameters, and its buffers as `Buffer`. */
export type RequestOf<K extends Kernel, Buffer> = string extends keyof K["buffers"]
  ? AnyRequest<Buffer>
  : Values<K["parameters"]> & { readonly [Name in keyof K["buffers"]]: Buffer };

/** The same with typed arrays as buffers. */
export type ArrayRequestOf<K extends Kernel> = Values<K["parameters"]> & {
  readonly [Name in keyof K["buffers"]]: K["buffers"][Name]["type"] extends "int32" ? Int32Array : Float32Array;
};

/** A kernel with its twin in plain TypeScript, by which its shader is judged and which the cpu backend runs. */
export type TwinnedKernel<K extends Kernel> = K & {
  /** Gets a request that was checked. Sums in float64, results in float32 as on the GPU. */
  reference(request: ArrayRequestOf<K>): void;
};

/**
 * The kernel `name`; its shader is shaders/<name-with-hyphens>.wgsl. A shape, a uniform or a pass that names nothing is a
 * compile error.
 */
export function defineKernel<
  const P extends Parameters,
  D extends Derived,
  const B extends Buffers,
  const L extends Pipelines,
  const T extends Timing,
>(name: string, asked: Asked<P, D>, spec: KernelSpec<P, D, B, L, T>) {
  return { name, ...asked, ...spec };
}

/** `kernel` with its twin, as it stands in the list. */
export function withReference<const K extends Kernel>(
  kernel: K,
  reference: (request: ArrayRequestOf<K>) => void,
): TwinnedKernel<K> {
  return { ...kernel, reference };
}

/**
 * The parameters of `request`, with the sizes that follow from them.
 * @throws PivotscopeError `internal` where the kernel's `derive` finds that they do not fit each other.
 */
export function valuesOf({ parameters, derive }: Kernel, request: AnyRequest<unknown>): AnyValues {
  const values = Object.fromEntries(Object.keys(parameters).map((name) => [name, request[name] as number | string]));
  return { ...values, ...derive(values) };
}
