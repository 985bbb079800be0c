/** The head's gradient graph against float64 on tokens that the model is sure of. Runs on either backend. Tests only. */
import { afterAll, beforeAll, expect, it } from "vitest";
import { createRandom } from "../../core/random.ts";
import { headGradientGraph } from "../../models/architectures/shared/decoder/vocabulary.ts";
import { type Backend, output, type Tensor } from "../../runtime/backend.ts";
import { exactResidual, softmaxOf } from "../../runtime/testing/exact-residual.ts";
import { randomFloats } from "../../testing/random.ts";
import { HEAD_LOSSES } from "../calibrate/calibration-plan.ts";

const SIZES = { vocabularySize: 50, hiddenSize: 16, normEpsilon: 1e-5 };
const { vocabularySize: WORDS, hiddenSize: WIDTH, normEpsilon: EPSILON } = SIZES;

/** Logits of the targets ahead of the others', row by row: 1 − P from a fifth down to some 1e-8. */
const LEADS = [5, 9, 12, 15, 18, 22];

/** Weights of the rows in each loss. */
const WEIGHTS = [0.25, 1, 1].map((weight) => Float32Array.from(LEADS, (_, row) => weight / (1 + row)));

/** Of the largest number in a row. P − 1 in float32 is off by 1e-3 and more at the fourth row, and wholly at the last. */
const TOLERANCE = 5e-5;

/** Rows of hidden states, and a table in which each row's own word leads as `LEADS` says. */
function createCase() {
  const random = createRandom(12);
  const hidden = randomFloats(random, LEADS.length * WIDTH);
  const norm = randomFloats(random, WIDTH).map((value) => 1 + value / 2);
  const table = randomFloats(random, WORDS * WIDTH, 0.25);
  const targets = LEADS.map((_, row) => 7 * row + 3);
  targets.forEach((target, row) => {
    const { scaled } = normalise(hidden.subarray(row * WIDTH, (row + 1) * WIDTH), norm);
    const length = scaled.reduce((sum, value) => sum + value * value, 0);
    scaled.forEach((value, column) => {
      table[target * WIDTH + column] = ((LEADS[row] ?? 0) * value) / length;
    });
  });
  return { hidden, norm, table, targets };
}

function normalise(hidden: Float32Array, norm: Float32Array) {
  const values = Float64Array.from(hidden);
  const root = Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / WIDTH + EPSILON);
  const normalised = values.map((value) => value / root);
  return { root, normalised, scaled: normalised.map((value, column) => value * (norm[column] ?? 0)) };
}

/** ∂(−ln P)/∂hidden of one row: residual · table, back through the norm as docs of `rmsNorm` have it; and P. */
function exactGradient({ hidden, norm, table, targets }: ReturnType<typeof createCase>, row: number) {
  const { root, normalised, scaled } = normalise(hidden.subarray(row * WIDTH, (row + 1) * WIDTH), norm);
  const line = (word: number) => table.subarray(word * WIDTH, (word + 1) * WIDTH);
  const logits = Array.from({ length: WORDS }, (_, word) =>
    scaled.reduce((sum, value, column) => sum + value * (line(word)[column] ?? 0), 0),
  );
  const target = targets[row] ?? 0;
  const residual = exactResidual(logits, target);
  const weighted = Float64Array.from(norm, (value, column) =>
    residual.reduce((sum, share, word) => sum + share * (line(word)[column] ?? 0) * value, 0),
  );
  const along = weighted.reduce((sum, value, column) => sum + value * (normalised[column] ?? 0), 0) / WIDTH;
  const gradient = weighted.map((value, column) => (value - (normalised[column] ?? 0) * along) / root);
  return { gradient, probability: softmaxOf(logits)[target] ?? 0 };
}

export function defineHeadGradientSuite(open: () => Promise<Backend>): void {
  let backend: Backend;
  beforeAll(async () => {
    backend = await open();
  });
  afterAll(() => backend?.dispose());

  it("gives every row's gradient", async () => {
    const given = createCase();
    const rows = LEADS.length;
    const slot = { input: "head", tensor: "lm_head.weight", shape: [WORDS, WIDTH] };
    const program = await backend.compile(headGradientGraph(SIZES, slot, HEAD_LOSSES));
    const column = Int32Array.from({ length: rows }, (_, row) => row);
    const feeds: Record<string, Tensor> = {
      hidden: backend.upload(given.hidden, [rows, WIDTH]),
      norm: backend.upload(given.norm, [WIDTH]),
      positions: backend.upload(column, [rows]),
      inverse: backend.upload(column, [rows]),
      targets: backend.upload(Int32Array.from(given.targets), [rows, 1]),
    };
    feeds.head = backend.upload(given.table, [WORDS, WIDTH]);
    WEIGHTS.forEach((values, loss) => {
      feeds[`weights.${loss}`] = backend.upload(values, [rows, 1]);
    });
    const outputs = await backend.run(program, feeds);
    for (const [loss, kind] of HEAD_LOSSES.entries()) {
      const found = await backend.read(output(outputs, `hidden_gradient.${loss}`));
      for (let row = 0; row < rows; row++) {
        const { gradient, probability } = exactGradient(given, row);
        const factor = (WEIGHTS[loss]?.[row] ?? Number.NaN) * (kind === "likelihood" ? 1 : -probability);
        const exact = gradient.map((value) => value * factor);
        const largest = Math.max(...exact.map(Math.abs));
        exact.forEach((value, place) => {
          expect(Math.abs((found[row * WIDTH + place] ?? Number.NaN) - value) / largest).toBeLessThan(TOLERANCE);
        });
      }
    }
    backend.release(...Object.values(feeds), ...Object.values(outputs));
    await backend.discard(program);
  });
}
