/** Every listed kernel: its name, its shader's header, its request's check, and the cpu backend against its twin. */
import { readdirSync, readFileSync } from "node:fs";
import { afterAll, describe, expect, it } from "vitest";
import { createRandom } from "../../core/random.ts";
import { expectAllClose } from "../../testing/webgpu-buffers.ts";
import { createNodeBackend } from "../cpu/node.ts";
import type { Tensor } from "../tensor.ts";
import { elementsBound } from "./check-request.ts";
import { type AnyCall, KERNELS } from "./kernel-set.ts";
import { LATE_KERNELS, lateShaderOf } from "./late.ts";
import * as list from "./list.ts";
import { referenceCall } from "./reference.ts";
import { shaderName } from "./shader-name.ts";
import { AGREEMENT, copied, REQUESTS, randomRequest } from "./testing/random-request.ts";
import { readShaderHeader } from "./testing/shader-header.ts";

const ALL = [...KERNELS, ...LATE_KERNELS];
const folder = new URL("../../../shaders/", import.meta.url);
const snakeCase = (name: string) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

it("has the kernel of each name in the list, and a shader for each kernel and no other", () => {
  expect(Object.entries(list).map(([name, kernel]) => [name, kernel.name])).toEqual(
    Object.keys(list).map((name) => [name, name]),
  );
  expect(readdirSync(folder).sort()).toEqual(ALL.map(({ name }) => `${shaderName(name)}.wgsl`).sort());
});

describe.each(ALL)("$name", (kernel) => {
  const header = readShaderHeader(readFileSync(new URL(`${shaderName(kernel.name)}.wgsl`, folder), "utf8"));

  it("names its shader's parameters in order, with their types", () => {
    expect(header.parameters).toEqual([
      ...Object.entries(kernel.parameters).map(([name, { kind }]) => ({
        name: snakeCase(name),
        type: kind === "float" ? "f32" : "u32",
      })),
      ...(kernel.uniforms ?? []).map((name) => ({ name: snakeCase(name), type: "u32" })),
    ]);
  });

  it("names its shader's buffers in order, with what they hold and whether they are written", () => {
    const buffers = Object.entries(kernel.buffers).map(([name, { type, written }], index) => ({
      binding: index + 1,
      name: snakeCase(name),
      access: written ? "read_write" : "read",
      element: type === "int32" ? "i32" : "f32",
    }));
    const scratch = { binding: buffers.length + 1, name: "partials", access: "read_write", element: "f32" };
    expect(header.buffers).toEqual(kernel.scratch ? [...buffers, scratch] : buffers);
  });

  it("gives every override a value, and names every entry point", () => {
    for (const [name, { entryPoint = name, constants }] of Object.entries(kernel.pipelines)) {
      expect(Object.keys({ ...kernel.constants, ...constants }).sort()).toEqual(header.overrides);
      expect(header.entryPoints).toContain(entryPoint);
    }
    const named = Object.entries(kernel.pipelines).map(([name, { entryPoint = name }]) => entryPoint);
    expect([...new Set(named)].sort()).toEqual(header.entryPoints);
  });

  it("refuses each size, offset and buffer that does not fit, naming it", () => {
    const { values, arrays } = randomRequest(kernel, createRandom(3), 0);
    const call = referenceCall(kernel) as (request: object) => void;
    const run = (change: object) => () => call({ ...values, ...arrays, ...change });
    for (const [name, { kind }] of Object.entries(kernel.parameters)) {
      if (kind === "size") expect(run({ [name]: 0 })).toThrow(`${kernel.name}: ${name} is 0`);
      if (kind === "offset") expect(run({ [name]: -1 })).toThrow(`${kernel.name}: ${name} is -1`);
    }
    for (const [name, spec] of Object.entries(kernel.buffers)) {
      const needed = elementsBound(spec, values);
      const short = arrays[name]?.subarray(0, needed - 1);
      const message = `${kernel.name}: buffer ${name} holds ${needed - 1} elements, the request needs ${needed}.`;
      expect(run({ [name]: short })).toThrow(message);
      const other = spec.type === "int32" ? new Float32Array(needed) : new Int32Array(needed);
      expect(run({ [name]: other })).toThrow(`Buffer ${name} must be`);
    }
  });
});

describe("the cpu backend", () => {
  const backend = createNodeBackend();
  afterAll(() => backend.dispose());

  it.each(ALL)("runs $name as its reference", async (kernel) => {
    const random = createRandom(11);
    const call =
      (backend.kernels[kernel.name as keyof typeof list] as AnyCall<Tensor> | undefined) ??
      (await backend.prepareKernel(kernel, lateShaderOf(kernel.name)));
    for (let index = 0; index < REQUESTS; index++) {
      const { values, arrays } = randomRequest(kernel, random, index);
      const expected = copied(arrays);
      kernel.reference({ ...values, ...expected });
      const own = copied(arrays);
      const tensors = Object.fromEntries(
        Object.entries(own).map(([name, data]) => [name, backend.upload(data, [data.length])]),
      );
      await call({ ...values, ...tensors });
      for (const [name, data] of Object.entries(expected)) {
        if (kernel.buffers[name]?.written) expectAllClose(own[name] ?? [], data, AGREEMENT);
      }
      backend.release(...Object.values(tensors));
    }
  });
});
