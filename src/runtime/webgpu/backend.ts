/**
 * The webgpu backend: onnxruntime-web's native WebGPU execution provider and our WGSL kernels on one device that the
 * project owns, so that both read the same buffers and releasing the last session does not destroy them.
 */
import type { InferenceSession, Tensor as OrtTensor, TypedTensor } from "onnxruntime-common";
import { invariant, PivotscopeError } from "../../core/errors.ts";
import { serialiseGraph } from "../../graph/serialise.ts";
import { type Backend, createQueue } from "../backend.ts";
import { callOnTensors, kernelsOnTensors } from "../kernels/on-tensors.ts";
import { createWebGpuKernels } from "../kernels/webgpu/index.ts";
import { createWebGpuKernel } from "../kernels/webgpu/kernel.ts";
import { ortFailure } from "../ort-failure.ts";
import { elementTypeOf, numbersOf, ortFeeds, ortFetches, ortTensor, wrapOutputs, wrapTensor } from "../ort-tensor.ts";
import { elementCount, type Tensor, type TensorData } from "../tensor.ts";
import { lossBehindFailure } from "./device-loss.ts";
import { createLossWatch } from "./loss-watch.ts";
import { watchedBuffers } from "./watched-buffers.ts";

/** The part of onnxruntime-web that this backend needs. */
export interface OrtWebGpuModule {
  readonly InferenceSession: {
    create(model: Uint8Array, options: InferenceSession.SessionOptions): Promise<InferenceSession>;
  };
  readonly Tensor: {
    new (type: "int32", data: Int32Array, dims: readonly number[]): TypedTensor<"int32">;
    fromGpuBuffer(
      buffer: GPUBuffer,
      options: { dataType: "float32" | "float16" | "int32"; dims: readonly number[] },
    ): OrtTensor;
  };
}

/** onnxruntime's element-wise kernels bind whole buffers as vec4, so every buffer is a multiple of 16 bytes. */
export function paddedBytes(bytes: number): number {
  return Math.max(16, Math.ceil(bytes / 16) * 16);
}

/** Copies to and from buffers go by words of four bytes; two float16 numbers make one. */
function wholeWords(bytes: number): number {
  return Math.ceil(bytes / 4) * 4;
}

function writeWords(device: GPUDevice, buffer: GPUBuffer, data: TensorData): void {
  const { byteLength, byteOffset } = data;
  const whole = byteLength - (byteLength % 4);
  device.queue.writeBuffer(buffer, 0, data.buffer as ArrayBuffer, byteOffset, whole);
  if (whole < byteLength) device.queue.writeBuffer(buffer, whole, Uint16Array.of(data.at(-1) ?? 0, 0));
}

function bufferOf(tensor: Tensor): GPUBuffer {
  return ortTensor(tensor).gpuBuffer as unknown as GPUBuffer;
}

/**
 * Makes a webgpu backend on `device`; it destroys the device when it is disposed.
 */
export async function createWebGpuBackend(ort: OrtWebGpuModule, device: GPUDevice): Promise<Backend> {
  const enqueue = createQueue();
  const sessions = new Set<InferenceSession>();
  const uploads = new Map<Tensor, GPUBuffer>();
  const buffers = watchedBuffers(device);
  let uploadedBytes = 0;
  let runs = 0;
  let lostReason: string | null = null;

  const lost = device.lost.then((info) => {
    lostReason = info.message || info.reason || "no reason given";
    return lostReason;
  });

  const deviceLost = (reason: string) =>
    new PivotscopeError(
      "device-lost",
      `The graphics device was lost (${reason}).`,
      "Reload the model; the picture, the question and the ratio stay.",
    );

  const { unlessLost } = createLossWatch(lost, deviceLost);

  /** Runs `task`, but fails at once when the device is lost. */
  const guarded = <T>(name: string, task: () => Promise<T>): Promise<T> =>
    enqueue(async () => {
      if (lostReason !== null) throw deviceLost(lostReason);
      try {
        return await unlessLost(task);
      } catch (error) {
        if (error instanceof PivotscopeError) throw error;
        const reason = lostReason ?? (await lossBehindFailure(device, lost));
        if (reason !== null) throw deviceLost(reason);
        const way = "Close other tabs that use the GPU, or load a smaller model.";
        throw ortFailure(`${name} on the GPU`, error, way);
      }
    });

  const { kernels } = await createWebGpuKernels(device);

  /** A tensor in a new buffer, which holds zeros. */
  const create = (bytes: number, dataType: "float32" | "float16" | "int32", dims: readonly number[]) => {
    const buffer = buffers.create({
      label: `tensor [${dims.join(", ")}]`,
      size: paddedBytes(bytes),
      usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST,
    });
    const tensor = wrapTensor(ort.Tensor.fromGpuBuffer(buffer, { dataType, dims }));
    uploads.set(tensor, buffer);
    uploadedBytes += buffer.size;
    return tensor;
  };

  return {
    kind: "webgpu",
    lost,
    kernels: kernelsOnTensors(kernels, bufferOf),
    prepareKernel: (kernel, shader) =>
      guarded(`Compiling the kernel ${kernel.name}`, async () => {
        const gridLimit = device.limits.maxComputeWorkgroupsPerDimension;
        const { run } = await createWebGpuKernel(device, kernel, gridLimit, shader);
        return callOnTensors(kernel, run, bufferOf);
      }),
    limits: {
      largestBuffer: Math.min(device.limits.maxBufferSize, device.limits.maxStorageBufferBindingSize),
      float16: device.features.has("shader-f16"),
    },
    get uploadedBytes() {
      return uploadedBytes;
    },
    get runs() {
      return runs;
    },
    copiesFeeds: false,
    writesInPlace: true,
    compile: (graph, constants = {}) =>
      guarded(`Compiling graph ${graph.name}`, async () => {
        invariant(Object.keys(constants).length === 0, "Weights are fed on WebGPU, where that copies nothing.");
        const session = await ort.InferenceSession.create(serialiseGraph(graph), {
          // The type of `device` in onnxruntime-common is its own declaration of the same browser interface.
          executionProviders: [{ name: "webgpu", device } as InferenceSession.ExecutionProviderConfig],
          preferredOutputLocation: "gpu-buffer",
          // Level "extended" may fuse into operators that have no WebGPU kernel.
          graphOptimizationLevel: "basic",
          logSeverityLevel: 3,
        });
        sessions.add(session);
        return { graph, handle: session };
      }),
    discard: ({ handle }) =>
      guarded("Discarding a graph", async () => {
        const session = handle as InferenceSession;
        if (sessions.delete(session)) await session.release();
      }),
    run: (program, feeds, places = {}) =>
      guarded(`Running graph ${program.graph.name}`, async () => {
        runs += 1;
        const session = program.handle as InferenceSession;
        return wrapOutputs(await session.run(ortFeeds(program, feeds), ortFetches(program, places)), places);
      }),
    allocate: (dims) => create(elementCount(dims) * 4, "float32", dims),
    upload(data, dims) {
      invariant(data.length === elementCount(dims), `${data.length} numbers do not fill [${dims.join(", ")}].`);
      const tensor = create(data.byteLength, elementTypeOf(data), dims);
      writeWords(device, bufferOf(tensor), data);
      return tensor;
    },
    uploadLength: (length) => wrapTensor(new ort.Tensor("int32", Int32Array.of(length), [1])),
    write(tensor, data) {
      writeWords(device, bufferOf(tensor), data);
    },
    read: (tensor) =>
      guarded("Reading a tensor back", async () => {
        const { type } = tensor;
        invariant(type !== "int64", "Tensors of type int64 are not read.");
        const length = elementCount(tensor.dims);
        const bytes = wholeWords(length * (type === "float16" ? 2 : 4));
        const staging = device.createBuffer({
          label: "read back",
          size: paddedBytes(bytes),
          usage: GPUBufferUsage.COPY_DST | GPUBufferUsage.MAP_READ,
        });
        try {
          const encoder = device.createCommandEncoder({ label: "read back" });
          encoder.copyBufferToBuffer(bufferOf(tensor), 0, staging, 0, bytes);
          device.queue.submit([encoder.finish()]);
          await staging.mapAsync(GPUMapMode.READ);
          const mapped = staging.getMappedRange(0, paddedBytes(bytes));
          return numbersOf(mapped, 0, length, type);
        } finally {
          staging.destroy();
        }
      }),
    release(...tensors) {
      for (const tensor of tensors) {
        const buffer = uploads.get(tensor);
        if (buffer) {
          // destroy() waits in the queue's order for submitted work, so a kernel that still reads it is safe.
          uploadedBytes -= buffer.size;
          uploads.delete(tensor);
          buffer.destroy();
        } else {
          ortTensor(tensor).dispose();
        }
      }
    },
    settle() {
      // Asked for now: what is uploaded while this waits for its turn is the next call's affair.
      const checked = buffers.check();
      checked.catch(() => undefined);
      return guarded("Waiting for the GPU", async () => {
        await device.queue.onSubmittedWorkDone();
        await checked;
      });
    },
    dispose: () =>
      enqueue(async () => {
        if (lostReason === null) for (const session of sessions) await session.release();
        sessions.clear();
        for (const buffer of uploads.values()) buffer.destroy();
        uploads.clear();
        device.destroy();
      }),
  };
}
