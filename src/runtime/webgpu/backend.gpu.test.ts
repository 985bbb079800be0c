import { describe, expect, it } from "vitest";
import { roundToFloat16 } from "../../core/float16.ts";
import { GraphBuilder } from "../../graph/graph.ts";
import { add } from "../../graph/operations/elementwise.ts";
import { output } from "../backend.ts";
import { createBrowserCpuBackend, createBrowserWebGpuBackend, createWebGpuBackendOn } from "../browser.ts";
import { requestDevice } from "./device.ts";

function sumGraph(type: "float32" | "float16" = "float32") {
  const builder = new GraphBuilder("sum");
  builder.output("sum", add(builder, builder.input("a", ["N"], type), builder.input("b", ["N"], type)));
  return builder.build();
}

describe("the webgpu backend", () => {
  it.each([1, 3, 6, 17, 1025])("keeps %i numbers exactly through upload, graph, write and read", async (count) => {
    const backend = await createBrowserWebGpuBackend({ largestBuffer: 0 });
    const data = Float32Array.from({ length: count }, (_, index) => index * 1.25 - 3);
    const a = backend.upload(data, [count]);
    const b = backend.upload(new Float32Array(count), [count]);
    backend.write(
      b,
      data.map((value) => -2 * value),
    );
    const sum = output(await backend.run(await backend.compile(sumGraph()), { a, b }), "sum");
    expect(sum.dims).toEqual([count]);
    expect(Array.from(await backend.read(sum))).toEqual(Array.from(data, (value) => -value));
    expect(Array.from(await backend.read(a))).toEqual(Array.from(data));
    const ids = backend.upload(Int32Array.of(7, -1, 5), [3]);
    expect(Array.from(await backend.read(ids))).toEqual([7, -1, 5]);
    backend.release(a, b, sum, ids);
    expect(backend.uploadedBytes).toBe(0);
    await backend.dispose();
  });

  it.each([1, 2, 3, 17, 1025])("keeps %i float16 numbers through upload and read", async (count) => {
    const backend = await createBrowserWebGpuBackend({ largestBuffer: 0 });
    const values = Float32Array.from({ length: count }, (_, index) => index * 0.25 - 3);
    const tensor = backend.upload(roundToFloat16(values), [count]);
    expect(tensor.type).toBe("float16");
    expect(Array.from(await backend.read(tensor))).toEqual(Array.from(values));
    expect(backend.uploadedBytes).toBe(Math.max(16, Math.ceil((count * 2) / 16) * 16));
    await backend.dispose();
  });

  it("says what its device allows", async () => {
    const device = await requestDevice({ largestBuffer: 0 });
    const backend = await createWebGpuBackendOn(device);
    const { maxBufferSize, maxStorageBufferBindingSize } = device.limits;
    expect(backend.limits.largestBuffer).toBe(Math.min(maxBufferSize, maxStorageBufferBindingSize));
    expect(backend.limits.float16).toBe(device.features.has("shader-f16"));
    await backend.dispose();
  });

  it("runs concurrent calls one after another instead of crashing", async () => {
    const backend = await createBrowserWebGpuBackend({ largestBuffer: 0 });
    const programs = await Promise.all([backend.compile(sumGraph()), backend.compile(sumGraph())]);
    const tensor = backend.upload(Float32Array.of(1, 2), [2]);
    const results = await Promise.all(programs.map((program) => backend.run(program, { a: tensor, b: tensor })));
    for (const result of results) expect(Array.from(await backend.read(output(result, "sum")))).toEqual([2, 4]);
    await backend.dispose();
  });

  it("answers every call with device-lost once the device is gone, also one that is waiting", async () => {
    const device = await requestDevice({ largestBuffer: 0 });
    const backend = await createWebGpuBackendOn(device);
    const tensor = backend.upload(Float32Array.of(1), [1]);
    const program = await backend.compile(sumGraph());
    const waiting = Promise.allSettled([
      backend.run(program, { a: tensor, b: tensor }),
      backend.read(tensor),
      backend.settle(),
    ]);
    device.destroy();
    for (const result of await waiting) {
      if (result.status === "rejected") expect(result.reason).toMatchObject({ code: "device-lost" });
    }
    await expect(backend.run(program, { a: tensor, b: tensor })).rejects.toMatchObject({ code: "device-lost" });
    await expect(backend.read(tensor)).rejects.toThrow(/graphics device was lost/);
    await backend.dispose();
  });

  it("refuses a device whose limits are too small, with both numbers", async () => {
    await expect(requestDevice({ largestBuffer: 2 ** 50 })).rejects.toThrow(/is \d+ bytes.*needs 1125899906842624/);
  });
});

describe("the cpu backend in the browser", () => {
  it("runs graphs on WebAssembly", async () => {
    const backend = await createBrowserCpuBackend();
    const a = backend.upload(Float32Array.of(1, 2, 3), [3]);
    const result = await backend.run(await backend.compile(sumGraph()), { a, b: a });
    expect(Array.from(await backend.read(output(result, "sum")))).toEqual([2, 4, 6]);
    await backend.dispose();
  });

  it("holds constants in the program, copied, and gives programs back", async () => {
    const backend = await createBrowserCpuBackend();
    expect(backend.copiesFeeds).toBe(true);
    const numbers = Float32Array.of(1, 2, 3);
    const b = backend.upload(numbers, [3]);
    const program = await backend.compile(sumGraph(), { b });
    expect(program.graph.inputs.map(({ name }) => name)).toEqual(["a"]);
    numbers.fill(100);
    const a = backend.upload(Float32Array.of(10, 20, 30), [3]);
    expect(Array.from(await backend.read(output(await backend.run(program, { a }), "sum")))).toEqual([11, 22, 33]);
    await backend.discard(program);
    await expect(backend.run(program, { a })).rejects.toMatchObject({ code: "internal" });
    await backend.dispose();
  });

  it("computes in float16 by widening, and reads the result back", async () => {
    const backend = await createBrowserCpuBackend();
    const a = backend.upload(roundToFloat16(Float32Array.of(1.5, -2, 0.1)), [3]);
    const program = await backend.compile(sumGraph("float16"));
    const sum = output(await backend.run(program, { a, b: a }), "sum");
    expect(sum.type).toBe("float16");
    expect(Array.from(await backend.read(sum))).toEqual([3, -4, 0.199951171875]);
    expect(backend.limits).toEqual({ largestBuffer: Number.POSITIVE_INFINITY, float16: true });
    await backend.dispose();
  });
});
