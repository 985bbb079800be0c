/**
 * Large buffers whose lack of memory is noticed. WebGPU tells it later and elsewhere: the buffer that it could not make
 * looks like any other, and what is computed with it is nothing.
 */
import { PivotscopeError } from "../../core/errors.ts";

/** Smaller buffers are made while text is written and are not worth two calls each. */
const WATCHED_BYTES = 1024 * 1024;

export interface WatchedBuffers {
  create(descriptor: GPUBufferDescriptor): GPUBuffer;
  /**
   * Resolves once all buffers since the last call are known to be there. Buffers that are made while it waits are the next
   * call's. @throws PivotscopeError `out-of-memory` that names the first that is not there.
   */
  check(): Promise<void>;
}

export function watchedBuffers(device: GPUDevice): WatchedBuffers {
  /** Answers that have not come, and those that tell of a lack; the others are dropped as they come. */
  const answers = new Set<Promise<PivotscopeError | null>>();
  return {
    create(descriptor) {
      if (descriptor.size < WATCHED_BYTES) return device.createBuffer(descriptor);
      device.pushErrorScope("out-of-memory");
      const buffer = device.createBuffer(descriptor);
      // Only a lost device rejects, and that is told elsewhere.
      const told = device.popErrorScope().catch(() => null);
      const answer = told.then((error) => {
        if (error) return outOfMemory(descriptor, error);
        answers.delete(answer);
        return null;
      });
      answers.add(answer);
      return buffer;
    },
    async check() {
      const asked = [...answers];
      answers.clear();
      const lacking = (await Promise.all(asked)).find((error) => error !== null);
      if (lacking) throw lacking;
    },
  };
}

function outOfMemory({ label, size }: GPUBufferDescriptor, cause: GPUError): PivotscopeError {
  return new PivotscopeError(
    "out-of-memory",
    `The GPU has no memory for the ${label ?? "buffer"} of ${size} bytes.`,
    "Close other tabs that use the GPU, load a smaller model, or use the cpu backend.",
    { cause },
  );
}
