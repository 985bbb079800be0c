import { expect, it } from "vitest";
import type { Backend } from "../backend.ts";
import { ortTensor } from "../ort-tensor.ts";
import { createGradientProduct } from "./gradient-product.ts";
import { createNodeBackend } from "./node.ts";

it("holds nothing and can be asked again after a compilation or a run that failed", async () => {
  const inner = createNodeBackend({ threads: 1 });
  let failing: "compile" | "run" | null = null;
  const failOr = <Result>(call: "compile" | "run", work: () => Promise<Result>) =>
    failing === call ? Promise.reject(new Error(`no ${call}`)) : work();
  const backend: Backend = Object.create(inner, {
    compile: { value: (...given: Parameters<Backend["compile"]>) => failOr("compile", () => inner.compile(...given)) },
    run: { value: (...given: Parameters<Backend["run"]>) => failOr("run", () => inner.run(...given)) },
  });
  const multiply = createGradientProduct(backend, (tensor) => ortTensor(tensor).data as Float32Array);
  const gradient = inner.upload(Float32Array.of(1, 2), [2, 1]);
  const input = inner.upload(Float32Array.of(3, 4, 5, 6), [2, 2]);
  const before = inner.uploadedBytes;
  for (const call of ["compile", "run"] as const) {
    failing = call;
    await expect(multiply({ gradient, input, outputs: 1, inputs: 2 }, 0, 2)).rejects.toThrow(`no ${call}`);
    expect(inner.uploadedBytes).toBe(before);
  }
  failing = null;
  const product = await multiply({ gradient, input, outputs: 1, inputs: 2 }, 0, 2);
  expect(Array.from(product.data)).toEqual([13, 16]);
  product.release();
  expect(inner.uploadedBytes).toBe(before);
  await inner.dispose();
});
