/** A backend that counts what it holds. */
import { type Backend, elementCount, type Tensor } from "../../runtime/backend.ts";

const BYTES: Readonly<Record<Tensor["type"], number>> = { float32: 4, float16: 2, int32: 4, int64: 8 };

export interface CountedBackend {
  readonly backend: Backend;
  /** Most bytes at one time of tensors that came from `backend`, made or given out by a run, and were not yet released. */
  readonly peak: number;
}

/** `inner` itself, but what goes through `backend` is counted. Release through it what came through it. */
export function countBytes(inner: Backend): CountedBackend {
  const alive = new Map<Tensor, number>();
  let now = 0;
  let peak = 0;
  const own = (tensor: Tensor): Tensor => {
    const bytes = elementCount(tensor.dims) * BYTES[tensor.type];
    alive.set(tensor, bytes);
    now += bytes;
    peak = Math.max(peak, now);
    return tensor;
  };
  const counted: Pick<Backend, "run" | "upload" | "allocate" | "uploadLength" | "release"> = {
    async run(program, feeds, places) {
      const outputs = await inner.run(program, feeds, places);
      for (const tensor of Object.values(outputs)) own(tensor);
      return outputs;
    },
    upload: (data, dims) => own(inner.upload(data, dims)),
    allocate: (dims) => own(inner.allocate(dims)),
    uploadLength: (length) => own(inner.uploadLength(length)),
    release(...tensors) {
      for (const tensor of tensors) {
        now -= alive.get(tensor) ?? 0;
        alive.delete(tensor);
      }
      inner.release(...tensors);
    },
  };
  return {
    backend: Object.assign(Object.create(inner) as Backend, counted),
    get peak() {
      return peak;
    },
  };
}
