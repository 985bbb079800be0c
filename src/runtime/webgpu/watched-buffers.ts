/**
 * Large buffers whose lack of memory is noticed. WebGPU tells it later and elsewhere: the buffer that it could not make
 * looks like any other, and what is computed with it is nothing.
 */
import { PivotscopeError } from "../../core/errors.ts";

/** Smaller buffers are made while text is written and are not worth two calls each. */
const WATCHED_BYTES = 1024 * 1024;

export interface WatchedBuffers {
  create(descriptor: GPUBufferDescriptor): GPUBuffer;
  /** Resolves once all buffers so far are known to be there. @throws PivotscopeError `out-of-memory` that names one. */
  check(): Promise<void>;
}

export function watchedBuffers(device: GPUDevice): WatchedBuffers {
  let waiting: Promise<void>[] = [];
  let missing: PivotscopeError | null = null;
  return {
    create(descriptor) {
      if (descriptor.size < WATCHED_BYTES) return device.createBuffer(descriptor);
      device.pushErrorScope("out-of-memory");
      const buffer = device.createBuffer(descriptor);
      const answer = device.popErrorScope().then((error) => {
        if (error === null) return;
        missing ??= new PivotscopeError(
          "out-of-memory",
          `The GPU has no memory for the ${descriptor.label ?? "buffer"} of ${descriptor.size} bytes.`,
          "Close other tabs that use the GPU, load a smaller model, or use the cpu backend.",
          { cause: error },
        );
      });
      // Only a lost device rejects, and that is told elsewhere.
      waiting.push(answer.catch(() => undefined));
      return buffer;
    },
    async check() {
      const answers = waiting;
      waiting = [];
      await Promise.all(answers);
      if (missing === null) return;
      const error = missing;
      missing = null;
      throw error;
    },
  };
}
