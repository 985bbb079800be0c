/**
 * The webgpu backend: onnxruntime-web's native WebGPU execution provider and our WGSL kernels on one device that the
 * project owns, so that both read the same buffers and releasing the last session does not destroy them.
 */
import type { InferenceSession, Tensor as OrtTensor } from "onnxruntime-common";
import { invariant, PivotscopeError } from "../../core/errors.ts";
import { serialiseGraph } from "../../graph/serialise.ts";
import { type Backend, createQueue, elementCount, kernelsOnTensors, type Tensor } from "../backend.ts";
import { createWebGpuKernels } from "../kernels/webgpu/index.ts";
import { ortFeeds, ortTensor, wrapOutputs, wrapTensor } from "../ort-tensor.ts";

/** The part of onnxruntime-web that this backend needs. */
export interface OrtWebGpuModule {
  readonly InferenceSession: {
    create(model: Uint8Array, options: InferenceSession.SessionOptions): Promise<InferenceSession>;
  };
  readonly Tensor: {
    fromGpuBuffer(buffer: GPUBuffer, options: { dataType: "float32" | "int32"; dims: readonly number[] }): OrtTensor;
  };
}

/** onnxruntime's element-wise kernels bind whole buffers as vec4, so every buffer is a multiple of 16 bytes. */
export function paddedBytes(bytes: number): number {
  return Math.max(16, Math.ceil(bytes / 16) * 16);
}

function bufferOf(tensor: Tensor): GPUBuffer {
  return ortTensor(tensor).gpuBuffer as unknown as GPUBuffer;
}

/**
 * Makes a webgpu backend on `device`; it destroys the device when it is disposed.
 */
export async function createWebGpuBackend(ort: OrtWebGpuModule, device: GPUDevice): Promise<Backend> {
  const enqueue = createQueue();
  const sessions: InferenceSession[] = [];
  const uploads = new Map<Tensor, GPUBuffer>();
  let uploadedBytes = 0;
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

  /** Runs `task`, but fails at once when the device is lost: onnxruntime would wait for ever. */
  const guarded = <T>(name: string, task: () => Promise<T>): Promise<T> =>
    enqueue(async () => {
      if (lostReason !== null) throw deviceLost(lostReason);
      try {
        return await Promise.race([task(), lost.then((reason) => Promise.reject(deviceLost(reason)))]);
      } catch (error) {
        if (error instanceof PivotscopeError) throw error;
        if (lostReason !== null) throw deviceLost(lostReason);
        const message = error instanceof Error ? error.message : String(error);
        const memory = /out of memory|Invalid Buffer/i.test(message);
        throw new PivotscopeError(
          memory ? "out-of-memory" : "internal",
          `${name} failed on the GPU: ${message}`,
          memory ? "Close other tabs that use the GPU, or load a smaller model." : "",
          { cause: error },
        );
      }
    });

  const kernels = await createWebGpuKernels(device);

  return {
    kind: "webgpu",
    lost,
    kernels: kernelsOnTensors(kernels, bufferOf),
    get uploadedBytes() {
      return uploadedBytes;
    },
    compile: (graph) =>
      guarded(`Compiling graph ${graph.name}`, async () => {
        const session = await ort.InferenceSession.create(serialiseGraph(graph), {
          // The type of `device` in onnxruntime-common is its own declaration of the same browser interface.
          executionProviders: [{ name: "webgpu", device } as InferenceSession.ExecutionProviderConfig],
          preferredOutputLocation: "gpu-buffer",
          // Level "extended" may fuse into operators that have no WebGPU kernel.
          graphOptimizationLevel: "basic",
          logSeverityLevel: 3,
        });
        sessions.push(session);
        return { graph, handle: session };
      }),
    run: (program, feeds) =>
      guarded(`Running graph ${program.graph.name}`, async () => {
        const outputs = await (program.handle as InferenceSession).run(ortFeeds(program, feeds));
        return wrapOutputs(outputs);
      }),
    upload(data, dims) {
      invariant(data.length === elementCount(dims), `${data.length} numbers do not fill [${dims.join(", ")}].`);
      const buffer = device.createBuffer({
        label: `tensor [${dims.join(", ")}]`,
        size: paddedBytes(data.byteLength),
        usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST,
      });
      device.queue.writeBuffer(buffer, 0, data.buffer as ArrayBuffer, data.byteOffset, data.byteLength);
      const dataType = data instanceof Float32Array ? "float32" : "int32";
      const tensor = wrapTensor(ort.Tensor.fromGpuBuffer(buffer, { dataType, dims }));
      uploads.set(tensor, buffer);
      uploadedBytes += buffer.size;
      return tensor;
    },
    write(tensor, data) {
      device.queue.writeBuffer(bufferOf(tensor), 0, data.buffer as ArrayBuffer, data.byteOffset, data.byteLength);
    },
    read: (tensor) =>
      guarded("Reading a tensor back", async () => {
        const bytes = elementCount(tensor.dims) * 4;
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
          const length = elementCount(tensor.dims);
          return tensor.type === "int32"
            ? Float32Array.from(new Int32Array(mapped, 0, length))
            : new Float32Array(mapped, 0, length).slice();
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
    settle: () => guarded("Waiting for the GPU", () => device.queue.onSubmittedWorkDone()),
    dispose: () =>
      enqueue(async () => {
        if (lostReason === null) for (const session of sessions.splice(0)) await session.release();
        for (const buffer of uploads.values()) buffer.destroy();
        uploads.clear();
        device.destroy();
      }),
  };
}
