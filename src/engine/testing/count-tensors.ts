/** Counts what a backend holds, uploads and results of runs alike. Tests only. */
import type { Backend, Tensor } from "../../runtime/backend.ts";

/** Watches `backend` from now on. The function that is returned tells how many tensors are not released. */
export function countTensors(backend: Backend): () => number {
  const alive = new Set<Tensor>();
  const { run, upload, allocate, release } = backend;
  backend.run = async (program, feeds, places) => {
    const outputs = await run(program, feeds, places);
    for (const tensor of Object.values(outputs)) alive.add(tensor);
    return outputs;
  };
  backend.upload = (data, dims) => {
    const tensor = upload(data, dims);
    alive.add(tensor);
    return tensor;
  };
  backend.allocate = (dims) => {
    const tensor = allocate(dims);
    alive.add(tensor);
    return tensor;
  };
  backend.release = (...tensors) => {
    for (const tensor of tensors) alive.delete(tensor);
    release(...tensors);
  };
  return () => alive.size;
}
