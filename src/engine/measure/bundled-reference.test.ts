/**
 * The bundled model against transformers: prompts, logits, likelihoods and greedy reasoning about eight scenes. The
 * reference is written by `python -m training.reference`, in float32, and lies beside the tests.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { defaultPivotParameters } from "../../core/pivots.ts";
import { drawScene, MODEL_PICTURE_SIZE } from "../../scenes/draw/draw-scene.ts";
import { parseScene } from "../../scenes/scene-json.ts";
import { projectRoot } from "../../testing/shared.ts";
import { openNodeSession } from "../node-engine.ts";
import { logitsAt } from "../pass/head.ts";
import type { Session } from "../session.ts";
import { denseTraceStates, evaluateSample } from "./evaluate.ts";

interface Reference {
  readonly objects: unknown;
  readonly question: string;
  readonly prompt_ids: readonly number[];
  readonly trace_ids: readonly number[];
  readonly greedy_ids: readonly number[];
  readonly pivots: readonly number[];
  readonly nll: readonly number[];
  readonly logits_last_prompt_position: readonly number[];
}

const file = join(projectRoot, "src/engine/testing/scenes-reference.json");
const references = (JSON.parse(readFileSync(file, "utf8")) as { evaluation: Reference[] }).evaluation;

/** Largest difference of two lists, infinite where they differ in length. */
function largestDifference(found: ArrayLike<number>, expected: readonly number[]): number {
  if (found.length < expected.length) return Number.POSITIVE_INFINITY;
  return Math.max(...expected.map((value, index) => Math.abs(value - (found[index] ?? Number.NaN))));
}

describe("the bundled model against transformers", () => {
  let session: Session;

  beforeAll(async () => {
    session = await openNodeSession(join(projectRoot, "public/models/scenes"));
  }, 60_000);
  afterAll(() => session?.dispose());

  const prepared = async (reference: Reference) => {
    const picture = drawScene(parseScene(reference.objects, "scene"), MODEL_PICTURE_SIZE);
    const input = await session.prepareInput({ picture, question: reference.question });
    return { ...input, trace: reference.trace_ids, pivots: reference.pivots };
  };

  it("has eight references", () => {
    expect(references).toHaveLength(8);
  });

  it.each(references)("reads the same prompt and pivots: $question", async (reference) => {
    expect((await prepared(reference)).prompt).toEqual(reference.prompt_ids);
    expect(session.findPivots(reference.trace_ids, defaultPivotParameters())).toEqual(reference.pivots);
  });

  it.each(references)("gives the same logits and likelihoods within 1e-3: $question", async (reference) => {
    const { model, denseMasks } = session;
    const sample = await prepared(reference);
    const dense = await denseTraceStates(model, sample, denseMasks);
    const logits = await logitsAt(model, dense, Int32Array.of(sample.prompt.length - 1));
    expect(largestDifference(await model.backend.read(logits), reference.logits_last_prompt_position)).toBeLessThan(
      1e-3,
    );
    const { denseNll } = await evaluateSample(model, sample, denseMasks, dense);
    expect(largestDifference(denseNll, reference.nll)).toBeLessThan(1e-3);
    model.backend.release(dense, logits);
  });

  it.each(references)("writes the same tokens: $question", async (reference) => {
    const { ids } = await session.generate(await prepared(reference), {});
    expect(ids).toEqual(reference.greedy_ids);
  });
});
