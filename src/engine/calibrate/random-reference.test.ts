/**
 * SmolVLM-256M's widths and vocabulary with two text layers and one vision layer, random weights, against transformers.
 * The full depth is compared by `scripts/large.ts`.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { modelShapes } from "../../../scripts/random-checkpoint-shapes.ts";
import { writeRandomCheckpoint } from "../../models/testing/random-checkpoint.ts";
import { smolvlmConfig } from "../../models/testing/smolvlm-config.ts";
import { openNodeSession } from "../node-engine.ts";
import type { Session } from "../session.ts";
import {
  type Agreement,
  compareWithReference,
  promptLogits,
  readRandomReference,
  referencePicture,
} from "../testing/random-reference.ts";

describe("random weights in SmolVLM-256M's widths, against transformers", () => {
  const reference = readRandomReference("random-256m-2-1");
  let folder: string;
  let session: Session;
  let agreement: Agreement;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "pivotscope-random-"));
    const config = smolvlmConfig({ text: 2, vision: 1 });
    writeRandomCheckpoint({ folder, config, tensors: modelShapes(config), dtype: "BF16", seed: 1 });
    session = await openNodeSession(folder);
    agreement = await compareWithReference(session, reference);
  }, 120_000);
  afterAll(async () => {
    await session?.dispose();
    await rm(folder, { recursive: true, force: true });
  });

  it("made the weights that the reference is of", () => {
    expect(session.summary.weightHash).toBe(reference.weightHash);
  });

  it("gives the same logits within 2e-3", () => {
    expect(agreement.otherArgmax).toBe(0);
    expect(agreement.largestDifference).toBeLessThan(2e-3);
  });

  it("writes the same 32 tokens, none of them a close call", () => {
    expect(reference.tokens).toHaveLength(32);
    expect(agreement.tokens).toEqual(reference.tokens);
    expect(Math.min(...reference.leads)).toBeGreaterThan(10 * agreement.largestDifference);
  });

  it("looks at the picture", async () => {
    const seen = await promptLogits(session, reference.prompt, referencePicture(512), 1);
    const blank = await promptLogits(session, reference.prompt, new Float32Array(3 * 512 * 512), 1);
    const difference = seen.reduce((most, value, index) => Math.max(most, Math.abs(value - (blank[index] ?? 0))), 0);
    expect(difference).toBeGreaterThan(0.5);
  });
});
