import { expect, it } from "vitest";
import { createRandom } from "../../../core/random.ts";
import { elementCount, output } from "../../../runtime/backend.ts";
import { createNodeBackend } from "../../../runtime/cpu/node.ts";
import { onlyPositions } from "../definition.ts";
import { decoderDefinition } from "./decoder/decoder.ts";
import { countedPositions, halfRotaryTables, plainPlan, type RotaryPlan, rotaryTables } from "./rope.ts";

const HEAD = 8;

it("turns pair i by position · θ^(−2i/headSize), the same in both halves", () => {
  const { plan, of } = countedPositions(plainPlan(HEAD, 100));
  const { cosine, sine } = rotaryTables(plan, of({ prompt: [], frames: [] }, 3, 2));
  for (const [row, position] of [3, 4].entries()) {
    for (let pair = 0; pair < HEAD / 2; pair++) {
      const angle = position * 100 ** ((-2 * pair) / HEAD);
      for (const column of [pair, pair + HEAD / 2]) {
        expect(cosine[row * HEAD + column]).toBeCloseTo(Math.cos(angle), 6);
        expect(sine[row * HEAD + column]).toBeCloseTo(Math.sin(angle), 6);
      }
    }
  }
});

/** Pairs 0 and 1 by the first axis, pair 2 by the second, pair 3 by the third, as sections of a head are. */
const SECTIONS: RotaryPlan = { ...plainPlan(HEAD, 1e4), axes: [0, 0, 1, 2] };

it("turns each pair by the position on its own axis", () => {
  const { cosine } = rotaryTables(SECTIONS, [Int32Array.of(5), Int32Array.of(6), Int32Array.of(7)]);
  const alone = (position: number) => rotaryTables(SECTIONS, Array(3).fill(Int32Array.of(position))).cosine;
  expect([...cosine.subarray(0, 4)]).toEqual([alone(5)[0], alone(5)[1], alone(6)[2], alone(7)[3]]);
});

it("gives plain positions where all axes agree, with the repeated half or without", () => {
  const counted = Int32Array.from({ length: 9 }, (_, token) => token);
  const plain = rotaryTables(plainPlan(HEAD, 1e4), [counted]);
  expect(rotaryTables(SECTIONS, [counted, counted, counted])).toEqual(plain);
  const halves = halfRotaryTables(SECTIONS, [counted, counted, counted]);
  expect(halves.sine).toHaveLength((9 * HEAD) / 2);
  halves.sine.forEach((value, index) => {
    const [row, pair] = [Math.floor((2 * index) / HEAD), index % (HEAD / 2)];
    expect(value).toBe(plain.sine[row * HEAD + pair]);
  });
});

it("a layer takes positions of each sample on its own: a batch gives what its samples give alone", async () => {
  const [tokens, width] = [5, 16];
  const text = decoderDefinition(
    {
      vocabularySize: 8,
      hiddenSize: width,
      intermediateSize: 12,
      layers: 1,
      heads: 2,
      keyValueHeads: 1,
      headSize: HEAD,
      normEpsilon: 1e-5,
      ropeTheta: 1e4,
      maximumPositions: 64,
      tieWordEmbeddings: true,
    },
    { prefix: "model", head: "head" },
  );
  const [spec] = text.layers;
  if (!spec) throw new Error("The decoder has a layer.");
  const random = createRandom(2);
  const numbers = (length: number) => Float32Array.from({ length }, () => random.normal() / 2);
  const backend = createNodeBackend();
  const weights = Object.fromEntries(
    spec.weights.map(({ input, shape }) => [input, backend.upload(numbers(elementCount(shape)), shape)]),
  );
  const rest = {
    attention_bias: backend.upload(new Float32Array(tokens * tokens), [tokens, tokens]),
    attention_mask: backend.upload(new Float32Array(spec.attentionColumns).fill(1), [spec.attentionColumns]),
    mlp_mask: backend.upload(new Float32Array(spec.mlpColumns).fill(1), [spec.mlpColumns]),
  };
  const states = [numbers(tokens * width), numbers(tokens * width)];
  const tables = [
    [0, 1, 2, 3, 4],
    [0, 1, 1, 2, 9],
  ].map((own) => rotaryTables(onlyPositions(text).plan, [Int32Array.from(own)]));
  const joined = (parts: readonly Float32Array[]) => Float32Array.from(parts.flatMap((part) => [...part]));
  const run = async (samples: readonly number[], ownPositions: boolean) => {
    const batch = samples.length;
    const shape = ownPositions ? [batch, 1, tokens, HEAD] : [tokens, HEAD];
    const of = (parts: readonly (Float32Array | undefined)[]) =>
      joined(samples.map((sample) => parts[sample] ?? new Float32Array()));
    const program = await backend.compile(text.forward({ ...spec.shape, batch, ownPositions }));
    const outputs = await backend.run(program, {
      ...weights,
      ...rest,
      hidden: backend.upload(of(states), [batch * tokens, width]),
      rope_cosine: backend.upload(of(tables.map(({ cosine }) => cosine)), shape),
      rope_sine: backend.upload(of(tables.map(({ sine }) => sine)), shape),
    });
    return backend.read(output(outputs, "hidden_out"));
  };
  const together = await run([0, 1], true);
  const alone = joined([await run([0], false), await run([1], false)]);
  together.forEach((value, index) => {
    expect(value).toBeCloseTo(alone[index] ?? Number.NaN, 5);
  });
  await backend.dispose();
});
