import { afterAll, describe, expect, it } from "vitest";
import type { Graph } from "../graph/graph.ts";
import type { Backend, Tensor } from "../runtime/backend.ts";
import { createNodeBackend } from "../runtime/cpu/node.ts";
import { checkHalfPrecision } from "./self-check.ts";

const backend = createNodeBackend();
afterAll(() => backend.dispose());

const computesInHalf = (graph: Graph) => graph.inputs.some(({ type }) => type === "float16");

/** A backend whose graphs that take float16 give out what `change` makes of it. */
function faulty(change: (values: Float32Array, width: number) => Float32Array, only = ""): Backend {
  return {
    ...backend,
    limits: backend.limits,
    uploadedBytes: 0,
    async run(program, feeds) {
      const outputs = await backend.run(program, feeds);
      if (!computesInHalf(program.graph) || !program.graph.name.includes(only)) return outputs;
      const changed: Record<string, Tensor> = {};
      for (const [name, tensor] of Object.entries(outputs)) {
        const values = change(await backend.read(tensor), tensor.dims.at(-1) ?? 1);
        backend.release(tensor);
        changed[name] = backend.upload(values, tensor.dims);
      }
      return changed;
    },
  };
}

describe("the self-check of half precision", () => {
  it("passes where half precision is right, and leaves nothing behind", async () => {
    expect(await checkHalfPrecision(backend)).toBeNull();
    expect(backend.uploadedBytes).toBe(0);
  });

  it("finds a tile of 8 × 16 wrong numbers", async () => {
    const wrongTile = (values: Float32Array, width: number) =>
      values.map((value, index) => {
        const [row, column] = [Math.floor(index / width), index % width];
        return row < 8 && column >= 16 && column < 32 ? 0 : value;
      });
    for (const only of ["text layer", "vision layer", "head"]) {
      expect(await checkHalfPrecision(faulty(wrongTile, only))).toMatch(
        new RegExp(`of the ${only}: the largest difference is .* %, and rounding explains .* %`),
      );
    }
  });

  it("finds a single number that is none", async () => {
    const notNumbers = (values: Float32Array) => values.fill(Number.NaN, 100, 101);
    expect(await checkHalfPrecision(faulty(notNumbers))).toMatch(/largest difference is no number/);
  });

  it("finds results that are all a little too far off", async () => {
    const imprecise = (values: Float32Array) => values.map((value) => value * 1.06);
    expect(await checkHalfPrecision(faulty(imprecise, "vision"))).toMatch(
      /of the vision layer: the (typical|largest) difference/,
    );
  });

  it("tells of graphs that do not run", async () => {
    const refusing: Backend = {
      ...faulty((values) => values),
      compile: (graph) =>
        computesInHalf(graph) ? Promise.reject(new Error("shader module is invalid")) : backend.compile(graph),
    };
    expect(await checkHalfPrecision(refusing)).toBe("The text layer does not run: shader module is invalid");
  });

  it("stops when it is cancelled", async () => {
    const controller = new AbortController();
    controller.abort();
    await expect(checkHalfPrecision(backend, controller.signal)).rejects.toMatchObject({ code: "cancelled" });
    expect(backend.uploadedBytes).toBe(0);
  });
});
