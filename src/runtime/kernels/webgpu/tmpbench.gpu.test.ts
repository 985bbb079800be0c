import { it } from "vitest";
import code from "../../../../shaders/weight-gradient.wgsl?raw";
import { randomFloats, seededRandom } from "../../../testing/random.ts";
import { downloadFloats, requestTestDevice, uploadBuffer } from "../../../testing/webgpu-buffers.ts";
import { binding, createPipelines, createUniforms, submitSteps } from "./pipeline.ts";
import variant from "./tmpvariant.wgsl?raw";

it("bench", async () => {
  const device = await requestTestDevice();
  const r = seededRandom(1);
  const a = await createPipelines(device, "a", code, ["multiply", "multiply4"]);
  const v = await createPipelines(device, "v", variant, ["multiply4"]);
  const uniforms = createUniforms(device, "u", 10);
  for (const [o, i, n, b] of [
    [384, 128, 160, 2],
    [512, 192, 160, 4],
    [1536, 576, 200, 2],
  ] as const) {
    const weight = uploadBuffer(device, randomFloats(r, o * i)),
      input = uploadBuffer(device, randomFloats(r, n * b * i)),
      gradient = uploadBuffer(device, randomFloats(r, n * b * o));
    const partials = uploadBuffer(device, new Float32Array(b * Math.ceil(i / 32) * o));
    uniforms.write([o, i, b, n, 0, 1, o, 1, 0, { float: 1 }]);
    const best: Record<string, number> = {};
    for (let k = 0; k < 9; k++)
      for (const [name, pipeline, th] of [
        ["scalar", a.multiply, 32],
        ["vec4", a.multiply4, 32],
        ["8x4", v.multiply4, 64],
      ] as const) {
        const t = performance.now();
        submitSteps(
          device,
          "b",
          [
            {
              pipeline,
              bindings: {
                0: { buffer: uniforms.buffer },
                1: binding(device, weight, o * i),
                2: binding(device, input, n * b * i),
                3: binding(device, gradient, n * b * o),
                4: binding(device, partials, b * Math.ceil(i / 32) * o),
              },
              workgroups: Math.ceil(o / th) * Math.ceil(i / 32) * b,
            },
          ],
          65535,
        );
        await downloadFloats(device, partials, 4);
        best[name] = Math.min(best[name] ?? 1e9, performance.now() - t);
      }
    console.log(
      `RES ${o}x${i} n=${n} b=${b} ` +
        Object.entries(best)
          .map(([k2, m]) => `${k2} ${m.toFixed(1)}ms ${((2 * o * i * n * b) / m / 1e6).toFixed(2)}GF`)
          .join("  "),
    );
  }
});
