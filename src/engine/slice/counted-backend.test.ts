/** Counting changes nothing of what is written, and misses nothing of what is held. */
import { afterAll, expect, it } from "vitest";
import type { Backend } from "../../runtime/backend.ts";
import { createNodeBackend } from "../../runtime/cpu/node.ts";
import { generateBatch } from "../generate/generate.ts";
import { createMasks } from "../pass/masks.ts";
import { createRandomModel } from "../testing/random-model.ts";
import { textOnly } from "../testing/small-config.ts";
import { countBytes } from "./counted-backend.ts";

const node = createNodeBackend();
afterAll(() => node.dispose());
const CONFIG = textOnly({
  vocabularySize: 96,
  hiddenSize: 96,
  intermediateSize: 64,
  layers: 2,
  heads: 6,
  keyValueHeads: 3,
  headSize: 16,
  normEpsilon: 1e-5,
  ropeTheta: 1e4,
  maximumPositions: 2048,
  tieWordEmbeddings: true,
});
const TOKENS = 12;
const PROMPT = Array.from({ length: 900 }, (_, place) => (7 * place + 1) % 96);

it.each([true, false])("counts a model that writes, its cache in place: %s", async (writesInPlace) => {
  // As on GPUs: onnxruntime-node can do it too.
  const backend: Backend = Object.create(node, { writesInPlace: { value: writesInPlace } });
  const model = createRandomModel(backend, CONFIG);
  const masks = createMasks(model, null);
  const write = async (on: Backend) => {
    const samples = [{ input: { prompt: PROMPT, frames: [] }, prefix: [], maximumTokens: TOKENS }];
    const request = { samples, masks, stopIds: [], signal: undefined, way: "fused" } as const;
    return (await generateBatch({ ...model, backend: on }, request)).map(({ ids }) => ids);
  };
  const counted = countBytes(backend);
  expect(await write(counted.backend)).toEqual(await write(backend));
  // Keys and values of 3 heads in each of 2 layers.
  expect(counted.peak).toBeGreaterThan(4 * 2 * 2 * 3 * 16 * (PROMPT.length + TOKENS - 1));
  masks.release();
});
