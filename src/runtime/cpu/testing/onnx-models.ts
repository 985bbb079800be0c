/** Runs ONNX files as anybody with onnxruntime would, for tests of what is exported. */
import "../without-telemetry.ts";
import * as ort from "onnxruntime-node";

/** Numbers with their shape. */
export interface OnnxTensor {
  readonly type: ort.Tensor.Type;
  readonly data: Float32Array | BigInt64Array | Uint8Array;
  readonly dims: readonly number[];
}

export interface OnnxModel {
  /** Shapes of the inputs by name; symbols are texts. */
  readonly inputs: Readonly<Record<string, readonly (number | string)[]>>;
  run(feeds: Readonly<Record<string, OnnxTensor>>): Promise<Record<string, OnnxTensor>>;
  release(): Promise<void>;
}

export const float32 = (data: Float32Array, dims: readonly number[]): OnnxTensor => ({ type: "float32", data, dims });

export const int64 = (values: readonly number[], dims: readonly number[]): OnnxTensor => ({
  type: "int64",
  data: BigInt64Array.from(values, BigInt),
  dims,
});

/** Opens the model file at `path`. */
export async function openOnnxModel(path: string): Promise<OnnxModel> {
  const session = await ort.InferenceSession.create(path, { intraOpNumThreads: 1 });
  const inputs = session.inputMetadata.map(({ name, ...rest }) => [name, "shape" in rest ? rest.shape : []] as const);
  return {
    inputs: Object.fromEntries(inputs),
    async run(feeds) {
      const tensors = Object.entries(feeds).map(
        ([name, { type, data, dims }]) => [name, new ort.Tensor(type, data as never, dims)] as const,
      );
      return (await session.run(Object.fromEntries(tensors))) as unknown as Record<string, OnnxTensor>;
    },
    release: () => session.release(),
  };
}
