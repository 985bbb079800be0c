/** A GPU for Node: Dawn, Chromium's WebGPU, by way of npm's `webgpu`. */

import { tmpdir } from "node:os";
import { reasonOf } from "../core/errors.ts";
import { noWebGpu } from "./webgpu/adapter.ts";

/** What `npm install` is told where the package is missing. */
export const DAWN_PACKAGE = "webgpu@0.6.2";

export interface Dawn {
  readonly gpu: GPU;
  /** Lets Dawn go: it keeps Node running for as long as anything refers to it. Its devices have to be destroyed before. */
  close(): void;
}

type DawnPackage = typeof import("webgpu");

async function importDawn(): Promise<DawnPackage> {
  try {
    return await import("webgpu");
  } catch (cause) {
    const missing = cause instanceof Error && "code" in cause && cause.code === "ERR_MODULE_NOT_FOUND";
    if (missing) {
      throw noWebGpu("Dawn, which gives Node WebGPU, is not installed.", `Run npm install ${DAWN_PACKAGE}.`, { cause });
    }
    // The native part is for some platforms only, and needs the system's libraries.
    const reason = reasonOf(cause).split("\n")[0];
    throw noWebGpu(`Dawn does not load on this machine: ${reason}.`, "Use the cpu backend.", { cause });
  }
}

/**
 * Dawn takes no memory that threads share, which all of onnxruntime-web's is: what a queue is to write is copied first.
 * (In 0.6.2 views of it are an "Invalid argument".)
 */
function copySharedMemory(queues: GPUQueue): void {
  const { writeBuffer } = queues;
  queues.writeBuffer = function (this: GPUQueue, buffer, offset, data, ...part) {
    const shared = data instanceof Uint8Array && data.buffer instanceof SharedArrayBuffer;
    // onnxruntime gives views of bytes; `slice` copies what is viewed into memory of its own.
    return writeBuffer.call(this, buffer, offset, shared ? data.slice() : (data as BufferSource), ...part);
  };
}

let imported: Promise<DawnPackage> | null = null;

/** The package, with the names of WebGPU in the global scope, where a browser has them and onnxruntime looks for them. */
function loadDawn(): Promise<DawnPackage> {
  imported ??= importDawn().then((dawn) => {
    Object.assign(globalThis, dawn.globals);
    copySharedMemory(GPUQueue.prototype);
    return dawn;
  });
  return imported;
}

/** Puts `gpu` where onnxruntime looks whether there is WebGPU. Node 20 has no `navigator`. */
function showGpu(gpu: GPU): () => void {
  const home = "navigator" in globalThis ? navigator : {};
  if (home !== globalThis.navigator)
    Object.defineProperty(globalThis, "navigator", { value: home, configurable: true });
  Object.defineProperty(home, "gpu", { value: gpu, configurable: true });
  return () => Reflect.deleteProperty(home, "gpu");
}

/**
 * Opens Dawn on the machine's graphics drivers.
 * Throws `no-webgpu` where its package is not installed or its native part does not load, with what to do.
 */
export async function openDawn(): Promise<Dawn> {
  const { create } = await loadDawn();
  // Without a desktop session Linux's loader of drivers complains on standard error, and goes on.
  if (process.platform === "linux") process.env.XDG_RUNTIME_DIR ??= tmpdir();
  const gpu = create([]);
  return { gpu, close: showGpu(gpu) };
}
