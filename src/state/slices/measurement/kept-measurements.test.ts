import { describe, expect, it } from "vitest";
import { defaultParameters } from "../../../core/parameters.ts";
import { type PrunedOf, prunedKey } from "../../../core/provenance.ts";
import { VERSION } from "../../../core/version.ts";
import { createKeptMeasurements } from "./kept-measurements.ts";
import type { Measured } from "./measurement-state.ts";

const none = new Float32Array();
const of = (hash: string, asked: number): PrunedOf => ({
  version: VERSION,
  model: { name: "fake", label: "Fake", weightHash: "0123", device: "cpu" },
  plan: { method: "mucrasp", parameters: defaultParameters(), asked, reached: asked, hash, statistics: null },
  input: { key: "1 Why?", picture: "a picture", content: "1", question: "Why?" },
});
const measured = (hash: string, asked: number): Measured => ({
  of: of(hash, asked),
  measurement: {
    kl: none,
    nll: none,
    denseNll: none,
    argmax: new Int32Array(),
    argmaxTexts: [],
    perplexity: 1,
    densePerplexity: 1,
  },
  answer: null,
});

describe("kept measurements", () => {
  it("hold the latest of each key, and nothing of another", () => {
    const kept = createKeptMeasurements();
    kept.keep(measured("a", 0.1));
    kept.keep(measured("a", 0.2));
    expect(kept.get(prunedKey(of("a", 0)))?.of.plan.asked).toBe(0.2);
    expect(kept.get(prunedKey(of("b", 0)))).toBeUndefined();
  });

  it("let the oldest go, counted from when each was kept last", () => {
    const kept = createKeptMeasurements();
    const plan = (index: number) => `plan ${index}`;
    const found = (index: number) => kept.get(prunedKey(of(plan(index), 0)));
    for (let index = 0; index < 512; index++) kept.keep(measured(plan(index), 0));
    kept.keep(measured(plan(0), 0));
    kept.keep(measured(plan(512), 0));
    expect(found(0)).toBeDefined();
    expect(found(1)).toBeUndefined();
    expect(found(2)).toBeDefined();
  });
});
