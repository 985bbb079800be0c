/** What the compiler refuses (`npm run check` fails where it does not) and what descriptors come to. */
import { describe, expect, it } from "vitest";
import { defineKernel, type RequestOf, valuesOf } from "./define-kernel.ts";
import type { KernelSet } from "./kernel-set.ts";
import { asks, float, offset, oneOf, size } from "./parameters.ts";

const request = asks(
  { rows: size, width: size, axis: oneOf("rows", "columns"), start: offset, scale: float },
  ({ rows, width }) => ({ cells: rows * width }),
);

const kernel = defineKernel("example", request, {
  timing: "at once",
  buffers: {
    values: { type: "float32", shape: ["rows", "width"] },
    sums: { type: "float32", shape: ["cells", 2], from: "start", written: true },
  },
  uniforms: ["cells"],
  pipelines: { add: {} },
  passes: ({ cells }) => [{ pipeline: "add", workgroups: cells }],
});

const asked: RequestOf<typeof kernel, string> = {
  ...{ rows: 2, width: 3, axis: "columns", start: 1, scale: 0.5 },
  ...{ values: "a", sums: "b" },
};

describe("defineKernel", () => {
  it("gives values with what follows from them, and nothing else of a request", () => {
    expect(valuesOf(kernel, asked)).toEqual({ rows: 2, width: 3, axis: "columns", start: 1, scale: 0.5, cells: 6 });
  });

  it("gives each request its type", () => {
    // @ts-expect-error A choice is one of its names.
    const otherAxis: typeof asked = { ...asked, axis: "diagonals" };
    // @ts-expect-error Every buffer is asked for.
    const missing: RequestOf<typeof kernel, string> = {
      rows: 2,
      width: 3,
      axis: "rows",
      start: 1,
      scale: 1,
      sums: "b",
    };
    // @ts-expect-error Buffers are no numbers.
    const noBuffer: typeof asked = { ...asked, values: 3 };
    expect([otherAxis, missing, noBuffer]).toHaveLength(3);
  });

  it("refuses names that stand for nothing", () => {
    const runs = { timing: "at once", pipelines: { add: {} } } as const;
    const values = { type: "float32", shape: ["rows"] } as const;
    const passes = () => [{ pipeline: "add", workgroups: 1 } as const];
    // @ts-expect-error A shape names sizes of the request.
    defineKernel("shape", request, { ...runs, passes, buffers: { values: { type: "float32", shape: ["height"] } } });
    // @ts-expect-error So does the scratch memory.
    defineKernel("scratch", request, { ...runs, passes, buffers: { values }, scratch: ["height"] });
    // @ts-expect-error Uniforms are derived sizes.
    defineKernel("uniform", request, { ...runs, passes, buffers: { values }, uniforms: ["height"] });
    // @ts-expect-error A pass names a pipeline.
    defineKernel("pass", request, { ...runs, passes: () => [{ pipeline: "sub", workgroups: 1 }], buffers: { values } });
    // Parameters are typed in what follows from them.
    // @ts-expect-error There is no parameter of this name.
    asks({ rows: size }, ({ height }) => ({ cells: height }));
  });

  it("types a backend's kernels from the list", () => {
    const buffer = new Float32Array(1);
    const products = (kernels: KernelSet<Float32Array>) => [
      () =>
        kernels.columnProducts({
          ...{ left: buffer, right: buffer, accumulator: buffer, accumulatorOffset: 0, rows: 1, width: 1 },
        }),
      // @ts-expect-error The kernel takes no `height`.
      () => kernels.columnProducts({ left: buffer, right: buffer, height: 1, width: 1 }),
      // @ts-expect-error There is no such kernel.
      () => kernels.rowProducts,
    ];
    expect(products).toBeTypeOf("function");
  });
});
