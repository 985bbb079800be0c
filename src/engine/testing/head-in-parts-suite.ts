/**
 * A head whose table lies in half precision and in parts gives what a head of one piece gives: logits, what is measured of
 * them, and gradients, also where the model is sure of its token. Runs on either backend. Tests only.
 */
import { afterAll, beforeAll, expect, it } from "vitest";
import { createRandom } from "../../core/random.ts";
import { decoderDefinition } from "../../models/architectures/shared/decoder/decoder.ts";
import type { Backend, Tensor } from "../../runtime/backend.ts";
import { randomFloats } from "../../testing/random.ts";
import { HEAD_LOSSES } from "../calibrate/calibration-plan.ts";
import { randomWeights, uploadRandom } from "../check/random-weights.ts";
import { compareStates } from "../measure/evaluate.ts";
import { createBatch } from "../pass/batch.ts";
import { logitsAt } from "../pass/head.ts";
import { headGradients } from "../pass/head-gradients.ts";
import { partedHead } from "../pass/head-in-parts.ts";
import { memoryLimits } from "../pass/memory-plan.ts";
import type { Model } from "../pass/model.ts";
import { createPrograms } from "../pass/programs.ts";
import { openScope, type TensorScope } from "../pass/scope.ts";
import { GENERATION_CONFIG } from "./generation-suite.ts";

const CONFIG = { ...GENERATION_CONFIG, vocabularySize: 203, layers: 1 };
const WIDTH = CONFIG.hiddenSize;
const NAMES = { prefix: "model", head: "lm_head.weight" };

/** Float32: products are added up in another order. */
const RELATIVE = 2e-6;

/** The head of a model on numbers that are half precision's own; `parts` and `precision` say how its table lies. */
function headOf(scope: TensorScope, parts: number, precision: "float32" | "float16"): Model {
  const text = decoderDefinition(CONFIG, NAMES, { vocabularyParts: parts });
  const whole = decoderDefinition(CONFIG, NAMES);
  const random = createRandom(8);
  // A table whose rows are long: the model is sure of many of its tokens, and less of others.
  const numbers = (length: number, scale: number) => randomFloats(random, length, 6 * scale);
  const drawn = randomWeights(whole.headWeights, numbers);
  const table = drawn.get("head") as Uint16Array;
  const weights = new Map(drawn);
  for (const { input, rows } of text.headWeights) {
    if (rows) weights.set(input, table.slice(rows[0] * WIDTH, rows[1] * WIDTH));
  }
  const outerFeeds = uploadRandom(scope, text.headWeights, weights, precision);
  const { backend } = scope;
  // The model counts as one of single precision, so that no choice passes for a tie: how its table lies tells what is widened.
  const definition = { architecture: "decoder", text, vision: null };
  return {
    backend,
    definition,
    precision: "float32",
    outerFeeds,
    programs: createPrograms(backend),
  } as unknown as Model;
}

/** Two samples, [first row, tokens of the trace]; every token is the one that the model finds likeliest there. */
async function likelyBatch(backend: Backend, whole: Model, hidden: Tensor) {
  const rows = Int32Array.from({ length: hidden.dims[0] ?? 0 }, (_, row) => row);
  const logits = await logitsAt(whole, hidden, rows);
  const values = await backend.read(logits);
  backend.release(logits);
  const likeliest = (row: number) => {
    const own = values.subarray(row * CONFIG.vocabularySize, (row + 1) * CONFIG.vocabularySize);
    return own.indexOf(Math.max(...own));
  };
  const samples = LENGTHS.map((length, sample) => ({
    prompt: PROMPT,
    trace: Array.from({ length }, (_, token) => likeliest(sample * TOKENS + PROMPT.length - 1 + token)),
    pivots: [],
    frames: [],
  }));
  return createBatch(samples, null);
}

const PROMPT = [1, 2, 3];
const LENGTHS = [40, 31];
const TOKENS = PROMPT.length + Math.max(...LENGTHS);

function expectClose(found: ArrayLike<number>, expected: Float32Array, tolerance = RELATIVE) {
  const largest = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const worst = expected.reduce((most, value, place) => Math.max(most, Math.abs((found[place] ?? NaN) - value)), 0);
  expect(worst).toBeLessThanOrEqual(tolerance * largest);
}

export function defineHeadInPartsSuite(open: () => Promise<Backend>): void {
  let backend: Backend;
  beforeAll(async () => {
    backend = await open();
  });
  afterAll(() => backend?.dispose());

  it.each([2, 3, 12])("gives what the whole table gives, in %i parts", async (parts) => {
    const before = backend.uploadedBytes;
    const models: Model[] = [];
    {
      using scope = openScope(backend);
      const whole = headOf(scope, 1, "float32");
      const parted = headOf(scope, parts, backend.limits.float16 ? "float16" : "float32");
      expect(partedHead(whole)).toBeNull();
      expect(partedHead(parted)?.tables).toHaveLength(parts);
      const rows = LENGTHS.length * TOKENS;
      const random = createRandom(3);
      const states = () => scope.upload(randomFloats(random, rows * WIDTH), [rows, WIDTH]);
      const [dense, pruned] = [states(), states()];
      const batch = await likelyBatch(backend, whole, dense);
      expect(batch.ids).toHaveLength(rows);
      const read = async (tensor: Tensor) => backend.read(scope.own(tensor));

      const positions = Int32Array.of(5, 0, 7);
      const logits = await read(await logitsAt(whole, dense, positions));
      expectClose(await read(await logitsAt(parted, dense, positions)), logits);

      // Few logits at a time: several stretches of rows.
      const memory = { ...memoryLimits(backend), logits: 30 * 4 * CONFIG.vocabularySize };
      const compare = (model: Model) => compareStates(model, batch, dense, pruned, memory);
      const [expected, found] = [await compare(whole), await compare(parted)];
      expectClose(found.kl, expected.kl);
      expectClose(found.nll, expected.nll);
      expectClose(found.denseNll, expected.denseNll);
      expect(found.argmax).toEqual(expected.argmax);

      const weights = HEAD_LOSSES.map((_, loss) =>
        Float32Array.from(batch.positions, (_position, row) => (1 + loss) / (1 + row)),
      );
      const group = { first: 0, end: LENGTHS.length };
      const request = { batch, group, losses: HEAD_LOSSES, weights, memory };
      const back = async (model: Model) => {
        const gradients = await headGradients(scope, model, dense, request);
        return Promise.all(gradients.map((gradient) => backend.read(gradient)));
      };
      const exact = await back(whole);
      for (const [loss, gradient] of (await back(parted)).entries()) {
        // Row by row: where the model is sure its gradient is small, and has all its digits.
        for (let row = 0; row < rows; row++) {
          const own = (values: Float32Array) => values.subarray(row * WIDTH, (row + 1) * WIDTH);
          expectClose(own(gradient), own(exact[loss] ?? new Float32Array()), 5e-5);
        }
      }
      models.push(whole, parted);
    }
    // Not before what their runs gave is released.
    for (const { programs } of models) await programs.discard();
    expect(backend.uploadedBytes).toBe(before);
  });
}
