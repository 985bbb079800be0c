/**
 * Operations of graphs in half precision against the same in single precision on the CPU, on numbers that are float16
 * already, so that what differs is the arithmetic. On WebGPU where the device has shader-f16, which SwiftShader lacks and
 * Mesa's llvmpipe has, and on WebAssembly, which widens.
 */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { roundToFloat16, widenFloat16 } from "../core/float16.ts";
import { createRandom } from "../core/random.ts";
import { allowedError, judgeError, precisionError } from "../engine/check/half-precision-error.ts";
import { GraphBuilder, type Value } from "../graph/graph.ts";
import {
  add,
  gelu,
  geluTanh,
  multiply,
  negate,
  quickGelu,
  scale,
  silu,
  subtract,
} from "../graph/operations/elementwise.ts";
import { linear, matmul } from "../graph/operations/linear.ts";
import { softmax } from "../graph/operations/normalise.ts";
import { cast, concatenate, gatherRows, transpose } from "../graph/operations/structure.ts";
import type { Precision } from "../graph/precision.ts";
import { randomFloats } from "../testing/random.ts";
import { type Backend, output, type Tensor } from "./backend.ts";
import { createBrowserCpuBackend, createBrowserWebGpuBackend } from "./browser.ts";

/** No tile of a product divides these. */
const ROWS = 37;
const WIDTH = 68;
const SHAPES = { a: [ROWS, WIDTH], b: [ROWS, WIDTH], weight: [ROWS, WIDTH], bias: [ROWS] } as const;
/** Declares an input of the graph: those that an operation does not read must not be there. */
type Input = (name: keyof typeof SHAPES | "index") => Value;

interface Case {
  readonly name: string;
  readonly of: (builder: GraphBuilder, input: Input) => Value;
  /** Terms of the products, and one for each rounding besides. */
  readonly terms: readonly number[];
}

const CASES: readonly Case[] = [
  { name: "add", of: (builder, input) => add(builder, input("a"), input("b")), terms: [1] },
  { name: "subtract", of: (builder, input) => subtract(builder, input("a"), input("b")), terms: [1] },
  { name: "multiply", of: (builder, input) => multiply(builder, input("a"), input("b")), terms: [1] },
  { name: "negate", of: (builder, input) => negate(builder, input("a")), terms: [] },
  { name: "scale", of: (builder, input) => scale(builder, input("a"), 0.3), terms: [1, 1] },
  { name: "silu", of: (builder, input) => silu(builder, input("a")), terms: [1, 1, 1] },
  { name: "quickGelu", of: (builder, input) => quickGelu(builder, input("a")), terms: [1, 1, 1, 1] },
  { name: "gelu", of: (builder, input) => gelu(builder, input("a")), terms: [1, 1, 1, 1, 1, 1] },
  { name: "geluTanh", of: (builder, input) => geluTanh(builder, input("a")), terms: [1, 1, 1, 1, 1, 1] },
  { name: "softmax", of: (builder, input) => softmax(builder, input("a")), terms: [WIDTH, 1, 1] },
  {
    name: "matmul",
    of: (builder, input) => matmul(builder, input("a"), transpose(builder, input("b"), [1, 0])),
    terms: [WIDTH],
  },
  {
    name: "linear",
    of: (builder, input) => linear(builder, input("a"), input("weight"), input("bias")),
    terms: [WIDTH, 1],
  },
  { name: "gatherRows", of: (builder, input) => gatherRows(builder, input("a"), input("index")), terms: [] },
  {
    name: "concatenate",
    of: (builder, input) => concatenate(builder, input("a"), input("b"), 1, 2 * WIDTH),
    terms: [],
  },
];

function graphOf({ of, name }: Case, precision: Precision) {
  const builder = new GraphBuilder(`${name} in ${precision}`);
  const value = of(builder, (input) =>
    input === "index" ? builder.input(input, [3], "int32") : builder.input(input, SHAPES[input], precision),
  );
  expect(value.type).toBe(precision);
  builder.output("result", cast(builder, value, "float32"));
  return builder.build();
}

const random = createRandom(5);
const numbers = Object.entries(SHAPES).map(([name, shape]) => {
  const length = shape.reduce<number>((product, size) => product * size, 1);
  return { name, shape, halves: roundToFloat16(randomFloats(random, length, 2)) };
});

async function resultOn(backend: Backend, one: Case, precision: Precision): Promise<Float32Array> {
  const graph = graphOf(one, precision);
  const feeds: Record<string, Tensor> = { index: backend.upload(Int32Array.of(ROWS - 1, 0, 7), [3]) };
  for (const { name, shape, halves } of numbers) {
    feeds[name] = backend.upload(precision === "float16" ? halves : widenFloat16(halves), shape);
  }
  const program = await backend.compile(graph);
  const result = output(await backend.run(program, feeds), "result");
  const found = await backend.read(result);
  backend.release(result, ...Object.values(feeds));
  await backend.discard(program);
  return found;
}

const able = (await navigator.gpu.requestAdapter())?.features.has("shader-f16") === true;
const HOMES = { WebAssembly: createBrowserCpuBackend, WebGPU: () => createBrowserWebGpuBackend({ largestBuffer: 0 }) };

describe.each(able ? (["WebAssembly", "WebGPU"] as const) : (["WebAssembly"] as const))(
  "half precision on %s",
  (home) => {
    let backend: Backend;
    let cpu: Backend;
    beforeAll(async () => {
      backend = await HOMES[home]();
      cpu = await createBrowserCpuBackend();
    });
    afterAll(async () => {
      await backend?.dispose();
      await cpu?.dispose();
    });

    it.each(CASES)("computes $name", async (one) => {
      const half = await resultOn(backend, one, "float16");
      const single = await resultOn(cpu, one, "float32");
      const error = precisionError(half, single);
      if (one.terms.length === 0) expect(error.largest).toBe(0);
      else expect(judgeError(one.name, error, allowedError(one.terms))).toBeNull();
    });

    it("rounds to float16 and widens again", async () => {
      const builder = new GraphBuilder("there and back");
      builder.output("result", cast(builder, cast(builder, builder.input("x", ["N"]), "float16"), "float32"));
      // Exact ones, one below the middle of two, the largest and the smallest that no device may flush to zero.
      const values = Float32Array.of(1, -2.5, 0.1, 65504, 2 ** -14, 0);
      const program = await backend.compile(builder.build());
      const x = backend.upload(values, [values.length]);
      const found = await backend.read(output(await backend.run(program, { x }), "result"));
      expect(Array.from(found)).toEqual(Array.from(widenFloat16(roundToFloat16(values))));
    });
  },
);
