import { describe, expect, it } from "vitest";
import { createKeptMeasurements } from "./kept-measurements.ts";
import type { Measured } from "./measurement-state.ts";

const none = new Float32Array();
const measured = (key: string, ratio: number): Measured => ({
  key,
  ratio,
  method: "mucrasp",
  inputKey: "a picture",
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
    expect(kept.get("a")?.ratio).toBe(0.2);
    expect(kept.get("b")).toBeUndefined();
  });

  it("let the oldest go, counted from when each was kept last", () => {
    const kept = createKeptMeasurements();
    const key = (index: number) => `plan ${index}`;
    for (let index = 0; index < 512; index++) kept.keep(measured(key(index), 0));
    kept.keep(measured(key(0), 0));
    kept.keep(measured(key(512), 0));
    expect(kept.get(key(0))).toBeDefined();
    expect(kept.get(key(1))).toBeUndefined();
    expect(kept.get(key(2))).toBeDefined();
  });
});
