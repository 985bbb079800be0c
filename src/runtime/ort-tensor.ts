/** onnxruntime's tensors as the backends' own. */
import type { Tensor as OrtTensor } from "onnxruntime-common";
import { invariant } from "../core/errors.ts";
import type { Feeds, Program, Tensor } from "./backend.ts";

export function wrapTensor(tensor: OrtTensor): Tensor {
  invariant(
    tensor.type === "float32" || tensor.type === "int32" || tensor.type === "int64",
    `onnxruntime returned a tensor of type ${tensor.type}.`,
  );
  return { dims: tensor.dims, type: tensor.type, handle: tensor };
}

export function ortTensor(tensor: Tensor): OrtTensor {
  return tensor.handle as OrtTensor;
}

/** What onnxruntime is to be fed for `program`; throws `internal` when an input is missing. */
export function ortFeeds(program: Program, feeds: Feeds): Record<string, OrtTensor> {
  return Object.fromEntries(
    program.graph.inputs.map(({ name }) => {
      const tensor = feeds[name];
      invariant(tensor, `Graph input "${name}" was not fed; fed were ${Object.keys(feeds).join(", ")}.`);
      return [name, ortTensor(tensor)];
    }),
  );
}

export function wrapOutputs(outputs: Readonly<Record<string, OrtTensor>>): Record<string, Tensor> {
  return Object.fromEntries(Object.entries(outputs).map(([name, tensor]) => [name, wrapTensor(tensor)]));
}
