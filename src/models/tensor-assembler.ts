/**
 * Cuts tensors out of a file's bytes as they pass by in chunks of any length.
 *
 * A tensor that lies within one chunk is handed out as it lies there. Others are put together in one buffer, as long as
 * the longest tensor that is wanted, which is used again and again: that is all the memory that a file of any size takes.
 */
import type { TensorInfo } from "./safetensors-header.ts";
import type { StoredTensor } from "./weights.ts";

export interface TensorAssembler {
  /**
   * Takes the file's next bytes and gives out the tensors that they complete. Each is valid until the next one is asked
   * for, and the iteration must be gone through to its end.
   */
  push(chunk: Uint8Array): Generator<StoredTensor, void>;
}

/** @param allocate makes the buffer, at the first tensor that needs it. */
export function createTensorAssembler(
  wanted: Iterable<TensorInfo>,
  allocate: (bytes: number) => Uint8Array = (bytes) => new Uint8Array(bytes),
): TensorAssembler {
  const inOrder = [...wanted].sort((a, b) => a.begin - b.begin || a.end - b.end);
  const longest = inOrder.reduce((length, tensor) => Math.max(length, tensor.end - tensor.begin), 0);
  let buffer: Uint8Array | null = null;
  let next = 0;
  /** Bytes of the file that have passed by. */
  let position = 0;

  return {
    *push(chunk) {
      const begin = position;
      const end = begin + chunk.length;
      position = end;
      for (let tensor = inOrder[next]; tensor !== undefined && tensor.begin <= end; tensor = inOrder[next]) {
        if (tensor.begin >= begin && tensor.end <= end) {
          next += 1;
          yield { ...tensor, bytes: chunk.subarray(tensor.begin - begin, tensor.end - begin) };
          continue;
        }
        buffer ??= allocate(longest);
        const from = Math.max(tensor.begin, begin);
        const to = Math.min(tensor.end, end);
        buffer.set(chunk.subarray(from - begin, to - begin), from - tensor.begin);
        if (tensor.end > end) return;
        next += 1;
        yield { ...tensor, bytes: buffer.subarray(0, tensor.end - tensor.begin) };
      }
    },
  };
}
