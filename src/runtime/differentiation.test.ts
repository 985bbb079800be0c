/** Every vector-Jacobian rule against central finite differences, run by onnxruntime on the CPU. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createRandom } from "../core/random.ts";
import { gradients } from "../graph/differentiate.ts";
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
import { layerNorm, rmsNorm, softmax, targetResidual } from "../graph/operations/normalise.ts";
import { gatherRows, reshape, transpose } from "../graph/operations/structure.ts";
import { type Backend, elementCount, output, type Tensor } from "./backend.ts";
import { createNodeBackend } from "./cpu/node.ts";

/** Step of the central difference: large enough that float32 rounding of the loss stays small beside it. */
const STEP = 1e-2;

interface Case {
  readonly name: string;
  /** Shapes of the inputs that are differentiated. */
  readonly shapes: readonly (readonly number[])[];
  readonly build: (builder: GraphBuilder, inputs: readonly Value[]) => Value;
}

const at = (inputs: readonly Value[], index: number): Value => {
  const value = inputs[index];
  if (!value) throw new Error(`The case has no input ${index}.`);
  return value;
};

const cases: Case[] = [
  {
    name: "add",
    shapes: [
      [3, 5],
      [3, 5],
    ],
    build: (b, x) => add(b, at(x, 0), at(x, 1)),
  },
  { name: "add of a repeated row", shapes: [[3, 5], [5]], build: (b, x) => add(b, at(x, 0), at(x, 1)) },
  { name: "add of a value to itself", shapes: [[3, 5]], build: (b, x) => add(b, at(x, 0), at(x, 0)) },
  {
    name: "subtract",
    shapes: [
      [3, 5],
      [3, 1],
    ],
    build: (b, x) => subtract(b, at(x, 0), at(x, 1)),
  },
  {
    name: "multiply",
    shapes: [
      [2, 3, 5],
      [3, 1],
    ],
    build: (b, x) => multiply(b, at(x, 0), at(x, 1)),
  },
  { name: "negate", shapes: [[4]], build: (b, x) => negate(b, at(x, 0)) },
  { name: "scale", shapes: [[4]], build: (b, x) => scale(b, at(x, 0), -1.7) },
  { name: "silu", shapes: [[3, 7]], build: (b, x) => silu(b, at(x, 0)) },
  { name: "GELU", shapes: [[3, 7]], build: (b, x) => gelu(b, at(x, 0)) },
  { name: "sigmoid GELU", shapes: [[3, 7]], build: (b, x) => quickGelu(b, at(x, 0)) },
  { name: "tanh GELU", shapes: [[3, 7]], build: (b, x) => geluTanh(b, at(x, 0)) },
  {
    name: "matmul",
    shapes: [
      [2, 3, 4],
      [2, 4, 5],
    ],
    build: (b, x) => matmul(b, at(x, 0), at(x, 1)),
  },
  {
    name: "matmul by a plain matrix",
    shapes: [[2, 3, 4]],
    build: (b, x) =>
      matmul(
        b,
        at(x, 0),
        b.constant(
          Float32Array.from({ length: 12 }, (_, i) => i / 7 - 0.5),
          [4, 3],
        ),
      ),
  },
  {
    name: "linear by its input",
    shapes: [[3, 4]],
    build: (b, x) =>
      linear(
        b,
        at(x, 0),
        b.constant(
          Float32Array.from({ length: 20 }, (_, i) => Math.sin(i)),
          [5, 4],
        ),
        b.constant(Float32Array.of(1, 2, 3, 4, 5), [5]),
      ),
  },
  {
    name: "RMSNorm",
    shapes: [[3, 6]],
    build: (b, x) => rmsNorm(b, at(x, 0), b.constant(Float32Array.of(1, -2, 0.5, 3, 1, 2), [6]), 1e-5),
  },
  {
    name: "LayerNorm",
    shapes: [[3, 6]],
    build: (b, x) =>
      layerNorm(
        b,
        at(x, 0),
        b.constant(Float32Array.of(1, -2, 0.5, 3, 1, 2), [6]),
        b.constant(Float32Array.of(0, 1, 0, 1, 0, 1), [6]),
        1e-6,
      ),
  },
  { name: "softmax", shapes: [[3, 6]], build: (b, x) => softmax(b, at(x, 0)) },
  { name: "reshape", shapes: [[3, 4]], build: (b, x) => reshape(b, at(x, 0), [2, 6]) },
  { name: "transpose", shapes: [[2, 3, 4]], build: (b, x) => transpose(b, at(x, 0), [2, 0, 1]) },
  {
    name: "gather of rows",
    shapes: [[4, 3]],
    build: (b, x) =>
      gatherRows(b, at(x, 0), b.constant(Int32Array.of(2, 0), [2]), b.constant(Int32Array.of(1, 2, 0, 2), [4])),
  },
];

describe("differentiation", () => {
  let backend: Backend;
  beforeAll(() => {
    backend = createNodeBackend();
  });
  afterAll(() => backend.dispose());

  const upload = (data: Float32Array, dims: readonly number[]): Tensor => backend.upload(data, dims);

  it.each(cases)("of $name agrees with finite differences", async ({ shapes, build }) => {
    const random = createRandom(7);
    const normal = (length: number) => Float32Array.from({ length }, () => random.next() * 3 - 1.5);
    const builder = new GraphBuilder("case");
    const inputs = shapes.map((shape, index) => builder.input(`x${index}`, shape));
    const result = build(builder, inputs);
    const cotangent = builder.input("cotangent", result.shape);
    builder.output("result", result);
    const found = gradients(builder, result, cotangent, inputs);
    // The gradient may be the cotangent itself, which cannot be an output: a product by one makes it a node.
    found.forEach((gradient, index) => {
      builder.output(`gradient${index}`, scale(builder, gradient, 1));
    });
    const program = await backend.compile(builder.build());

    const values = shapes.map((shape) => normal(elementCount(shape)));
    const resultShape = result.shape.map(Number);
    const direction = normal(elementCount(resultShape));
    const run = async (feeds: readonly Float32Array[]) =>
      backend.run(program, {
        ...Object.fromEntries(feeds.map((data, index) => [`x${index}`, upload(data, shapes[index] ?? [])])),
        cotangent: upload(direction, resultShape),
      });
    const loss = async (feeds: readonly Float32Array[]) => {
      const outputs = await backend.read(output(await run(feeds), "result"));
      return outputs.reduce((sum, value, index) => sum + value * (direction[index] ?? 0), 0);
    };

    const outputs = await run(values);
    for (const [index, value] of values.entries()) {
      const gradient = await backend.read(output(outputs, `gradient${index}`));
      expect(gradient.length).toBe(value.length);
      for (let entry = 0; entry < value.length; entry++) {
        const shifted = (step: number) =>
          values.map((data, which) => (which === index ? data.with(entry, (data[entry] ?? 0) + step) : data));
        const slope = ((await loss(shifted(STEP))) - (await loss(shifted(-STEP)))) / (2 * STEP);
        expect(Math.abs((gradient[entry] ?? Number.NaN) - slope)).toBeLessThan(2e-3 * Math.max(1, Math.abs(slope)));
      }
    }
  });

  it("of the target's likelihood and probability agrees with softmax less one-hot", async () => {
    const builder = new GraphBuilder("loss");
    const logits = builder.input("logits", [2, 3]);
    const targets = builder.input("targets", [2, 1], "int32");
    const { residual, probability } = targetResidual(builder, logits, targets);
    builder.output("residual", residual);
    builder.output("probability", probability);
    const program = await backend.compile(builder.build());
    const outputs = await backend.run(program, {
      logits: upload(Float32Array.of(0, Math.log(2), Math.log(3), 0, 0, 0), [2, 3]),
      targets: backend.upload(Int32Array.of(2, 0), [2, 1]),
    });
    const gradient = await backend.read(output(outputs, "residual"));
    const expected = [1 / 6, 2 / 6, 3 / 6 - 1, 1 / 3 - 1, 1 / 3, 1 / 3];
    expected.forEach((value, index) => {
      expect(gradient[index]).toBeCloseTo(value, 6);
    });
    const probabilities = await backend.read(output(outputs, "probability"));
    expect(probabilities[0]).toBeCloseTo(3 / 6, 6);
    expect(probabilities[1]).toBeCloseTo(1 / 3, 6);
  });

  it("shares forward nodes between two cotangents and is linear in them", async () => {
    const builder = new GraphBuilder("two losses");
    const x = builder.input("x", [2, 4]);
    const result = silu(builder, x);
    const first = builder.input("first", [2, 4]);
    const second = builder.input("second", [2, 4]);
    const [a] = gradients(builder, result, first, [x]);
    const [b] = gradients(builder, result, second, [x]);
    if (!a || !b) throw new Error("A gradient is missing.");
    builder.output("a", a);
    builder.output("b", b);
    const graph = builder.build();
    expect(graph.nodes.filter((node) => node.operator === "Sigmoid")).toHaveLength(1);
    const program = await backend.compile(graph);
    const cotangent = Float32Array.from({ length: 8 }, (_, index) => index - 3);
    const outputs = await backend.run(program, {
      x: upload(
        Float32Array.from({ length: 8 }, (_, index) => index / 4 - 1),
        [2, 4],
      ),
      first: upload(cotangent, [2, 4]),
      second: upload(
        cotangent.map((value) => 2 * value),
        [2, 4],
      ),
    });
    const [left, right] = [await backend.read(output(outputs, "a")), await backend.read(output(outputs, "b"))];
    left.forEach((value, index) => {
      expect(right[index]).toBeCloseTo(2 * value, 5);
    });
  });

  it("of a value that does not depend on the wanted one is refused", () => {
    const builder = new GraphBuilder("apart");
    const x = builder.input("x", [2]);
    const y = builder.input("y", [2]);
    expect(() => gradients(builder, negate(builder, x), builder.input("g", [2]), [y])).toThrow(/does not influence/);
  });
});
