/**
 * A stream's chunks one after another. Memory is used again where the stream reads into what its reader lends: fresh
 * memory for each chunk of a large file costs as much time as reading it.
 */

export interface Chunks {
  /** Null at the end. It may be called while the chunk before is still in use. */
  next(): Promise<Uint8Array<ArrayBuffer> | null>;
  /** Says that a chunk is not needed any more; its memory may be overwritten from now on. */
  giveBack(chunk: Uint8Array<ArrayBuffer>): void;
  cancel(): Promise<void>;
}

/** Bytes that are lent at a time. */
const LENT_BYTES = 1024 * 1024;

export function readChunks(stream: ReadableStream<Uint8Array<ArrayBuffer>>): Chunks {
  const lending = lendingReader(stream);
  if (lending === null) {
    const reader = stream.getReader();
    return {
      async next() {
        const part = await reader.read();
        return part.done ? null : part.value;
      },
      giveBack: () => undefined,
      cancel: () => reader.cancel().catch(() => undefined),
    };
  }
  const free: ArrayBuffer[] = [];
  return {
    async next() {
      const part = await lending.read(new Uint8Array(free.pop() ?? new ArrayBuffer(LENT_BYTES)));
      return part.done || part.value === undefined ? null : part.value;
    },
    giveBack: (chunk) => void free.push(chunk.buffer),
    cancel: () => lending.cancel().catch(() => undefined),
  };
}

/** A reader that lends memory, or null for a stream that takes none. */
function lendingReader(stream: ReadableStream<Uint8Array<ArrayBuffer>>): ReadableStreamBYOBReader | null {
  try {
    return stream.getReader({ mode: "byob" });
  } catch (error) {
    if (error instanceof TypeError && !stream.locked) return null;
    throw error;
  }
}
