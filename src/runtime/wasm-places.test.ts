/** Why the KV cache is not written in place in WebAssembly; once onnxruntime does it, this fails, and then it should be. */
import * as ort from "onnxruntime-web/webgpu";
import { expect, it } from "vitest";
import { GraphBuilder } from "../graph/graph.ts";
import { serialiseGraph } from "../graph/serialise.ts";
import { createHeadlessCpuBackend, provideWasm } from "./headless.ts";
import { readOrtWasm } from "./ort-wasm-node.ts";

function negation() {
  const builder = new GraphBuilder("negation");
  builder.output("negative", builder.emit("Neg", [builder.input("any", ["N"])], ["N"]));
  return builder.build();
}

it("onnxruntime-web takes a tensor for a result in WebAssembly, and leaves it as it was", async () => {
  provideWasm(await readOrtWasm());
  const session = await ort.InferenceSession.create(serialiseGraph(negation()), { executionProviders: ["wasm"] });
  const any = new ort.Tensor("float32", Float32Array.of(1, 2, 3), [3]);
  const place = new ort.Tensor("float32", Float32Array.of(7, 8, 9), [3]);
  const { negative } = await session.run({ any }, { negative: place });
  expect(Array.from(negative?.data as Float32Array)).toEqual([7, 8, 9]);
  expect(Array.from((await session.run({ any })).negative?.data as Float32Array)).toEqual([-1, -2, -3]);
  await session.release();
});

it("so the backend refuses it", async () => {
  provideWasm(await readOrtWasm());
  const backend = await createHeadlessCpuBackend();
  const any = backend.upload(Float32Array.of(1, 2, 3), [3]);
  const program = await backend.compile(negation());
  await expect(backend.run(program, { any }, { negative: backend.allocate([3]) })).rejects.toThrow(/in place/);
  await backend.dispose();
});
