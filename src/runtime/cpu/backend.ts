/**
 * The cpu backend: onnxruntime's CPU kernels, in WebAssembly in the browser or natively in Node, and our kernels in
 * TypeScript. It is the reference for every kernel, the fallback without WebGPU, and what the CLI runs on.
 */
import type { InferenceSession, TypedTensor } from "onnxruntime-common";
import { createBreath } from "../../core/breath.ts";
import { invariant, PivotscopeError } from "../../core/errors.ts";
import type { Graph } from "../../graph/graph.ts";
import { type External, serialiseGraph } from "../../graph/serialise.ts";
import { type Backend, createQueue, type Feeds, type Program } from "../backend.ts";
import { checkRequest } from "../kernels/check-request.ts";
import { callOnTensors, kernelsOnTensors } from "../kernels/on-tensors.ts";
import { createReferenceKernels } from "../kernels/reference.ts";
import { ortFailure } from "../ort-failure.ts";
import { numbersOf, ortFeeds, ortFetches, ortTensor, wrapOutputs, wrapTensor } from "../ort-tensor.ts";
import { elementCount, expectKernelTensor, type Tensor, type TensorData } from "../tensor.ts";
import { composedKernels } from "./composed-kernels.ts";

/** The part of onnxruntime that this backend needs; onnxruntime-web and onnxruntime-node both have it. */
export interface OrtModule {
  readonly InferenceSession: {
    create(model: Uint8Array, options: InferenceSession.SessionOptions): Promise<InferenceSession>;
  };
  readonly Tensor: {
    new (type: "float32", data: Float32Array, dims: readonly number[]): TypedTensor<"float32">;
    new (type: "float16", data: Uint16Array, dims: readonly number[]): TypedTensor<"float16">;
    new (type: "int32", data: Int32Array, dims: readonly number[]): TypedTensor<"int32">;
  };
}

export interface CpuBackendOptions {
  /** "cpu" in Node, "wasm" in the browser. */
  readonly executionProvider: "cpu" | "wasm";
  readonly threads?: number;
}

/**
 * How long runs may follow each other before waiting messages are let in, in milliseconds. A run in WebAssembly blocks
 * its thread and resolves without returning to the event loop, so a cancel would wait for the whole calibration.
 */
const BREATH_INTERVAL = 30;

type KernelArray = Float32Array | Int32Array;

/** Words of 32 bits that an array holds, the last one perhaps in half. */
const wordsOf = ({ byteLength }: KernelArray) => Math.ceil(byteLength / 4);

function arrayOf(tensor: Tensor): KernelArray {
  const { data } = ortTensor(expectKernelTensor(tensor));
  invariant(data instanceof Float32Array || data instanceof Int32Array, `A ${tensor.type} tensor holds other numbers.`);
  return data;
}

/** The constants of a model as files outside of it: onnxruntime-web reads them from memory that it is handed. */
function externalFiles(constants: Feeds) {
  const externals: Record<string, External> = {};
  const files = Object.entries(constants).map(([path, tensor]) => {
    const { data } = ortTensor(tensor);
    invariant(ArrayBuffer.isView(data), "Constants are numbers.");
    externals[path] = { dims: tensor.dims, bytes: data.byteLength, offset: 0, file: path };
    return { path, data: new Uint8Array(data.buffer, data.byteOffset, data.byteLength) };
  });
  return { externals, files };
}

/**
 * Whether `graph` takes numbers in half precision, which is there to save memory: what they are widened to is needed for a
 * moment, and a session's own pool would keep it for good.
 */
function widens({ inputs }: Graph): boolean {
  return inputs.some(({ type }) => type === "float16");
}

/** What to do about too little memory. */
const WAY = "Close other tabs or load a smaller model.";

function failed(what: string, error: unknown): PivotscopeError {
  return ortFailure(what, error, WAY);
}

/** Makes a cpu backend on `ort`. */
export function createCpuBackend(ort: OrtModule, options: CpuBackendOptions): Backend {
  const enqueue = createQueue();
  const breathe = createBreath(BREATH_INTERVAL);
  const sessions = new Set<InferenceSession>();
  const copiesFeeds = options.executionProvider === "wasm";
  let uploadedBytes = 0;
  let runs = 0;
  const uploaded = new Map<Tensor, number>();

  const createTensor = (data: TensorData, dims: readonly number[]) => {
    if (data instanceof Float32Array) return new ort.Tensor("float32", data, dims);
    return data instanceof Int32Array ? new ort.Tensor("int32", data, dims) : new ort.Tensor("float16", data, dims);
  };

  const backend: Backend = {
    kind: "cpu",
    lost: new Promise(() => undefined),
    get kernels() {
      return kernels;
    },
    prepareKernel: async (kernel) =>
      callOnTensors<KernelArray>(
        kernel,
        (request) => {
          checkRequest(kernel, request, wordsOf);
          kernel.reference(request);
        },
        (tensor) => ortTensor(tensor).data as KernelArray,
      ),
    // onnxruntime widens what its CPU kernels cannot compute in float16 and rounds it again.
    limits: { largestBuffer: Number.POSITIVE_INFINITY, float16: true },
    get uploadedBytes() {
      return uploadedBytes;
    },
    get runs() {
      return runs;
    },
    copiesFeeds,
    writesInPlace: false,
    compile: (graph, constants = {}) =>
      enqueue(async () => {
        const { externals, files } = externalFiles(constants);
        invariant(copiesFeeds || files.length === 0, "Only backends that copy feeds take constants.");
        const session = await ort.InferenceSession.create(serialiseGraph(graph, externals), {
          executionProviders: [options.executionProvider],
          graphOptimizationLevel: "all",
          logSeverityLevel: 3,
          ...(widens(graph) ? { enableCpuMemArena: false, enableMemPattern: false } : {}),
          ...(options.threads === undefined ? {} : { intraOpNumThreads: options.threads }),
          ...(files.length === 0 ? {} : { externalData: files }),
        }).catch((error: unknown) => {
          throw failed(`Compiling graph ${graph.name}`, error);
        });
        sessions.add(session);
        const inputs = graph.inputs.filter(({ name }) => !externals[name]);
        return { graph: { ...graph, inputs }, handle: session };
      }),
    discard: ({ handle }) =>
      enqueue(async () => {
        const session = handle as InferenceSession;
        if (sessions.delete(session)) await session.release();
      }),
    run: (program: Program, feeds, places = {}) =>
      enqueue(async () => {
        // onnxruntime-web takes places, and leaves them as they were.
        invariant(!copiesFeeds || Object.keys(places).length === 0, "Backends that copy feeds write nothing in place.");
        await breathe();
        const session = program.handle as InferenceSession;
        runs += 1;
        const run = session.run(ortFeeds(program, feeds), ortFetches(program, places));
        const outputs = await run.catch((error: unknown) => {
          throw failed(`Running graph ${program.graph.name}`, error);
        });
        return wrapOutputs(outputs, places);
      }),
    allocate(dims) {
      try {
        return backend.upload(new Float32Array(elementCount(dims)), dims);
      } catch (cause) {
        const what = `There is no memory for a tensor [${dims.join(", ")}].`;
        throw new PivotscopeError("out-of-memory", what, WAY, { cause });
      }
    },
    upload(data, dims) {
      invariant(data.length === elementCount(dims), `${data.length} numbers do not fill [${dims.join(", ")}].`);
      const tensor = wrapTensor(createTensor(data, dims));
      uploadedBytes += data.byteLength;
      uploaded.set(tensor, data.byteLength);
      return tensor;
    },
    uploadLength: (length) => wrapTensor(createTensor(Int32Array.of(length), [1])),
    write(tensor, data) {
      arrayOf(tensor).set(data);
    },
    async read(tensor) {
      const { type } = tensor;
      const { data } = ortTensor(tensor);
      invariant(type !== "int64" && ArrayBuffer.isView(data), `Tensors of type ${type} are not read.`);
      // Float16 comes as Uint16Array, or as Float16Array where the browser has that.
      return numbersOf(data.buffer, data.byteOffset, elementCount(tensor.dims), type);
    },
    release(...tensors) {
      for (const tensor of tensors) {
        uploadedBytes -= uploaded.get(tensor) ?? 0;
        uploaded.delete(tensor);
        ortTensor(tensor).dispose();
      }
    },
    settle: () => enqueue(async () => undefined),
    dispose: () =>
      enqueue(async () => {
        for (const session of sessions) await session.release();
        sessions.clear();
      }),
  };
  const kernels = {
    ...kernelsOnTensors(createReferenceKernels(), arrayOf),
    ...composedKernels(backend, arrayOf),
  };
  return backend;
}
