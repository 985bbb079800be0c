import { afterAll, describe, expect, it } from "vitest";
import { roundToFloat16 } from "../../core/float16.ts";
import type { Graph } from "../../graph/graph.ts";
import { output } from "../backend.ts";
import { createNodeBackend } from "./node.ts";

const backend = createNodeBackend();
afterAll(() => backend.dispose());

/** b · a + a in float16, written by hand: three numbers each. */
const graph: Graph = {
  name: "half",
  inputs: [
    { name: "a", shape: ["N"], type: "float16" },
    { name: "b", shape: ["N"], type: "float16" },
  ],
  outputs: [{ name: "sum", shape: ["N"], type: "float16" }],
  constants: [],
  nodes: [
    { operator: "Mul", domain: "", inputs: ["a", "b"], outputs: ["product"], attributes: {} },
    { operator: "Add", domain: "", inputs: ["product", "a"], outputs: ["sum"], attributes: {} },
  ],
};

describe("float16 on the cpu backend", () => {
  it("keeps numbers through upload and read, and runs graphs", async () => {
    const a = backend.upload(roundToFloat16(Float32Array.of(1.5, -2, 0.1)), [3]);
    const b = backend.upload(roundToFloat16(Float32Array.of(2, 0.25, 1000)), [3]);
    expect(a.type).toBe("float16");
    expect(backend.uploadedBytes).toBe(12);
    expect(Array.from(await backend.read(a))).toEqual([1.5, -2, 0.0999755859375]);
    const sum = output(await backend.run(await backend.compile(graph), { a, b }), "sum");
    expect(sum.type).toBe("float16");
    expect(Array.from(await backend.read(sum))).toEqual([4.5, -2.5, 100.0625]);
    backend.release(a, b, sum);
    expect(backend.uploadedBytes).toBe(0);
    expect(backend.limits).toEqual({ largestBuffer: Number.POSITIVE_INFINITY, float16: true });
  });

  it("refuses a float16 tensor in a kernel instead of reading it as float32", () => {
    const values = backend.upload(new Uint16Array(4), [2, 2]);
    const classes = backend.upload(new Int32Array(2), [2]);
    const accumulator = backend.upload(new Float32Array(8), [8]);
    const request = { values, classes, rows: 2, width: 2, accumulator, accumulatorOffset: 0 };
    expect(() => backend.kernels.tokenStatistics(request)).toThrow(/no float16 tensors/);
    backend.release(values, classes, accumulator);
  });
});

describe("places for results", () => {
  const single: Graph = {
    ...graph,
    name: "single",
    inputs: graph.inputs.map((port) => ({ ...port, type: "float32" as const })),
    outputs: [{ name: "sum", shape: ["N"], type: "float32" }],
  };

  it("are written, and are not given out", async () => {
    const program = await backend.compile(single);
    const a = backend.upload(Float32Array.of(1, 2, 3), [3]);
    const b = backend.upload(Float32Array.of(4, 5, 6), [3]);
    const place = backend.allocate([3]);
    expect(Array.from(await backend.read(place))).toEqual([0, 0, 0]);
    expect(await backend.run(program, { a, b }, { sum: place })).toEqual({});
    expect(Array.from(await backend.read(place))).toEqual([5, 12, 21]);
    backend.release(a, b, place);
    expect(backend.uploadedBytes).toBe(0);
  });

  it("tell of too little memory", () => {
    expect(() => backend.allocate([2 ** 40])).toThrow(
      expect.objectContaining({
        code: "out-of-memory",
        message: expect.stringMatching(/^There is no memory for a tensor \[1099/),
      }),
    );
  });
});
