/** Masking a unit and really removing its rows and columns must give the same hidden states. */

import { afterAll, describe, expect, it } from "vitest";
import { createRandom } from "../../core/random.ts";
import { onlyPositions } from "../../models/architectures/definition.ts";
import { causalBias } from "../../models/architectures/shared/attention-scheme.ts";
import { decoderDefinition } from "../../models/architectures/shared/decoder/decoder.ts";
import { rotaryTables } from "../../models/architectures/shared/rope.ts";
import { elementCount, output } from "../../runtime/backend.ts";
import { createNodeBackend } from "../../runtime/cpu/node.ts";
import { layerOf } from "./towers.ts";

const WIDTH = 24;
const INNER = 40;
const TOKENS = 7;

const HEAD_SIZE = 4;
/** Three query heads share a key/value head. */
const COLUMNS_PER_UNIT = 3 * HEAD_SIZE;

const CONFIG = {
  vocabularySize: 32,
  hiddenSize: WIDTH,
  intermediateSize: INNER,
  layers: 1,
  heads: 6,
  keyValueHeads: 2,
  headSize: HEAD_SIZE,
  normEpsilon: 1e-5,
  ropeTheta: 1e4,
  maximumPositions: 64,
  tieWordEmbeddings: true,
};
const NAMES = { prefix: "model", head: "lm_head.weight" };
const definition = decoderDefinition(CONFIG, NAMES);
const positions = onlyPositions(definition);

const backend = createNodeBackend();
afterAll(() => backend.dispose());

type Matrix = { readonly shape: readonly number[]; readonly values: Float32Array };
type Layer = ReadonlyMap<string, Matrix>;

const KEPT = "The random layer has every weight.";

/** A random layer, hidden states, and what runs them through the graph of `attentionUnits` units. */
function setUp(seed: number) {
  const random = createRandom(seed);
  const numbers = (length: number, scale: number) => Float32Array.from({ length }, () => random.normal() * scale);
  const layer: Layer = new Map(
    layerOf(definition, 0).weights.map(({ input, shape }) => [
      input,
      { shape, values: numbers(elementCount(shape), 1 / 4) },
    ]),
  );
  const { cosine, sine } = rotaryTables(positions.plan, positions.of({ prompt: [], frames: [] }, 0, TOKENS));
  const fed = (weights: Layer) =>
    Object.fromEntries([...weights].map(([input, { shape, values }]) => [input, backend.upload(values, shape)]));
  const shared = {
    hidden: backend.upload(numbers(TOKENS * WIDTH, 1), [TOKENS, WIDTH]),
    rope_cosine: backend.upload(cosine, [TOKENS, HEAD_SIZE]),
    rope_sine: backend.upload(sine, [TOKENS, HEAD_SIZE]),
    attention_bias: backend.upload(causalBias(TOKENS), [TOKENS, TOKENS]),
  };
  const run = async (weights: Layer, attention: Float32Array, mlp: Float32Array) => {
    const attentionUnits = attention.length / COLUMNS_PER_UNIT;
    const program = await backend.compile(definition.forward({ attentionUnits, batch: 1 }));
    const masks = {
      attention_mask: backend.upload(attention, [attention.length]),
      mlp_mask: backend.upload(mlp, [mlp.length]),
    };
    return backend.read(output(await backend.run(program, { ...shared, ...fed(weights), ...masks }), "hidden_out"));
  };
  return { layer, random, run };
}

/** Rows `kept` of a matrix. */
function rowsOf({ shape: [, columns = 0], values }: Matrix, kept: readonly number[]): Matrix {
  const rows = kept.flatMap((row) => Array.from(values.subarray(row * columns, (row + 1) * columns)));
  return { shape: [kept.length, columns], values: Float32Array.from(rows) };
}

/** Columns `kept` of a matrix. */
function columnsOf({ shape: [rows = 0, columns = 0], values }: Matrix, kept: readonly number[]): Matrix {
  const picked = Array.from({ length: rows }, (_, row) => kept.map((column) => values[row * columns + column] ?? 0));
  return { shape: [rows, kept.length], values: Float32Array.from(picked.flat()) };
}

function replaced(
  layer: Layer,
  change: (matrix: Matrix, input: string) => Matrix,
  ...inputs: readonly string[]
): Layer {
  const next = new Map(layer);
  for (const input of inputs) {
    const matrix = layer.get(input);
    if (!matrix) throw new Error(KEPT);
    next.set(input, change(matrix, input));
  }
  return next;
}

const ones = (length: number) => new Float32Array(length).fill(1);
const largest = (a: Float32Array, b: Float32Array) =>
  Math.max(...a.map((value, index) => Math.abs(value - (b[index] ?? Number.NaN))));

describe("masking and slicing agree within 1e-4", () => {
  it("for neurons, on one compiled graph", async () => {
    const { layer, random, run } = setUp(11);
    const keep = Float32Array.from({ length: INNER }, () => (random.next() < 0.4 ? 1 : 0));
    const kept = [...keep.keys()].filter((unit) => keep[unit] === 1);
    expect(kept.length).toBeGreaterThan(3);
    expect(kept.length).toBeLessThan(INNER - 3);
    const inner = replaced(layer, (matrix) => rowsOf(matrix, kept), "gate", "up");
    const sliced = replaced(inner, (matrix) => columnsOf(matrix, kept), "down");

    const masked = await run(layer, ones(WIDTH), keep);
    expect(largest(masked, await run(sliced, ones(WIDTH), ones(kept.length)))).toBeLessThan(1e-4);
    expect(largest(masked, await run(layer, ones(WIDTH), ones(INNER)))).toBeGreaterThan(1e-2);
  });

  it.each([0, 1])(
    "for attention groups, of which group %i is kept, in the shapes that the definition gives",
    async (unit) => {
      const { layer, run } = setUp(12 + unit);
      const columns = Array.from({ length: COLUMNS_PER_UNIT }, (_, column) => unit * COLUMNS_PER_UNIT + column);
      const keys = Array.from({ length: HEAD_SIZE }, (_, row) => unit * HEAD_SIZE + row);
      const keep = Float32Array.from({ length: WIDTH }, (_, column) => Number(columns.includes(column)));
      const narrow = replaced(
        replaced(layer, (matrix) => columnsOf(matrix, columns), "output"),
        (matrix, input) => rowsOf(matrix, input === "query" ? columns : keys),
        ...["query", "key", "value"],
      );
      const widths = [{ attentionUnits: 1, mlpUnits: INNER }];
      const spec = layerOf(decoderDefinition(CONFIG, NAMES, { widths }), 0);
      expect(spec.weights.map(({ input, shape }) => [input, shape])).toEqual(
        [...narrow].map(([input, { shape }]) => [input, shape]),
      );
      expect(spec).toMatchObject({ attentionColumns: COLUMNS_PER_UNIT, shape: { attentionUnits: 1 } });

      const masked = await run(layer, keep, ones(INNER));
      expect(largest(masked, await run(narrow, ones(COLUMNS_PER_UNIT), ones(INNER)))).toBeLessThan(1e-4);
      expect(largest(masked, await run(layer, ones(WIDTH), ones(INNER)))).toBeGreaterThan(1e-2);
    },
  );
});
