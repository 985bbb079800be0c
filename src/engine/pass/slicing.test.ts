/** Masking a neuron and really removing its rows and columns must give the same hidden states, with the same graph. */
import { afterAll, describe, expect, it } from "vitest";
import { createRandom } from "../../core/random.ts";
import { decoderDefinition } from "../../models/architectures/shared/decoder/decoder.ts";
import { elementCount, output, type Tensor } from "../../runtime/backend.ts";
import { createNodeBackend } from "../../runtime/cpu/node.ts";
import { causalBias, rotaryTables } from "./rope.ts";

const WIDTH = 24;
const INNER = 40;
const TOKENS = 7;

const definition = decoderDefinition(
  {
    vocabularySize: 32,
    hiddenSize: WIDTH,
    intermediateSize: INNER,
    layers: 1,
    heads: 6,
    keyValueHeads: 2,
    headSize: 4,
    normEpsilon: 1e-5,
    ropeTheta: 1e4,
    maximumPositions: 64,
    tieWordEmbeddings: true,
  },
  { prefix: "model", head: "lm_head.weight" },
);

describe("masked and sliced MLPs", () => {
  const backend = createNodeBackend();
  afterAll(() => backend.dispose());

  it("agree within 1e-4, on one compiled graph", async () => {
    const random = createRandom(11);
    const program = await backend.compile(definition.forward({ batch: 1 }));
    const data = new Map(
      definition
        .layerWeights(0)
        .map(({ input, shape }) => [
          input,
          { shape, values: Float32Array.from({ length: elementCount(shape) }, () => random.normal() / 4) },
        ]),
    );
    const { cosine, sine } = rotaryTables(0, TOKENS, 4, 1e4);
    const shared = {
      hidden: backend.upload(
        Float32Array.from({ length: TOKENS * WIDTH }, () => random.normal()),
        [TOKENS, WIDTH],
      ),
      rope_cosine: backend.upload(cosine, [TOKENS, 4]),
      rope_sine: backend.upload(sine, [TOKENS, 4]),
      attention_bias: backend.upload(causalBias(TOKENS), [TOKENS, TOKENS]),
      attention_mask: backend.upload(new Float32Array(WIDTH).fill(1), [WIDTH]),
    };
    const run = async (weights: Record<string, Tensor>, mask: Float32Array) =>
      backend.read(
        output(
          await backend.run(program, { ...shared, ...weights, mlp_mask: backend.upload(mask, [mask.length]) }),
          "hidden_out",
        ),
      );
    const whole = Object.fromEntries(
      [...data].map(([input, { shape, values }]) => [input, backend.upload(values, shape)]),
    );
    const keep = Float32Array.from({ length: INNER }, () => (random.next() < 0.4 ? 1 : 0));
    const kept = [...keep.keys()].filter((unit) => keep[unit] === 1);
    expect(kept.length).toBeGreaterThan(3);
    expect(kept.length).toBeLessThan(INNER - 3);
    const sliced = { ...whole };
    for (const input of ["gate", "up"]) {
      const values = data.get(input)?.values ?? new Float32Array();
      const rows = kept.flatMap((unit) => Array.from(values.subarray(unit * WIDTH, (unit + 1) * WIDTH)));
      sliced[input] = backend.upload(Float32Array.from(rows), [kept.length, WIDTH]);
    }
    const down = data.get("down")?.values ?? new Float32Array();
    const columns = Array.from({ length: WIDTH }, (_, row) => kept.map((unit) => down[row * INNER + unit] ?? 0)).flat();
    sliced.down = backend.upload(Float32Array.from(columns), [WIDTH, kept.length]);

    const masked = await run(whole, keep);
    const removed = await run(sliced, new Float32Array(kept.length).fill(1));
    const dense = await run(whole, new Float32Array(INNER).fill(1));
    const largest = (a: Float32Array, b: Float32Array) =>
      Math.max(...a.map((value, index) => Math.abs(value - (b[index] ?? Number.NaN))));
    expect(largest(masked, removed)).toBeLessThan(1e-4);
    expect(largest(masked, dense)).toBeGreaterThan(1e-2);
  });
});
