/** Two sides of a comparison on seeded data. */
import { defaultParameters } from "../../core/parameters.ts";
import type { PrunedOf } from "../../core/provenance.ts";
import { VERSION } from "../../core/version.ts";
import type { ComparedSide } from "../sides/data.ts";
import { frameOf, SMALL } from "./fixtures.ts";

/** Whose a side is. @param method its name. @param asked 0..1. */
export function sideOf(method: string, asked: number): PrunedOf {
  return {
    version: VERSION,
    model: { name: "tiny", label: "tiny", weightHash: "0123", device: "cpu float32" },
    plan: {
      method,
      parameters: defaultParameters(),
      asked,
      reached: asked,
      hash: `${method} ${asked}`,
      statistics: null,
    },
    input: { key: "1 Why?", content: "1", picture: "scene 1", question: "Why?" },
  };
}

const picture = { width: 2, height: 1, pixels: new Uint8ClampedArray(8).fill(255) };

/** A pinned side without every third unit, and the live one without every other. */
export const SIDES: readonly [ComparedSide, ComparedSide] = [
  {
    id: "1",
    live: false,
    name: "pinned: Wanda-SP 40 %",
    role: "pinned",
    detail: "Wanda-SP 40 %",
    short: "pinned: Wanda-SP 40 %",
    method: "Wanda-SP",
    of: sideOf("wanda-sp", 0.4),
    layout: SMALL,
    frame: frameOf(SMALL, (unit) => unit % 3 !== 0),
    picture,
    result: {
      staleRatio: null,
      kl: Float32Array.of(0, 0.2, 3),
      perplexity: 1.5,
      densePerplexity: 1.1,
      verdict: "answer differs: yes → no",
      words: "The cube is red.\nFinal Answer: no",
      cut: false,
      tokens: 8,
      statements: "1 of 2",
    },
    waiting: "",
  },
  {
    id: "now",
    live: true,
    name: "now: µCRASP 50 %",
    role: "now",
    detail: "µCRASP 50 %",
    short: "now: µCRASP 50 %",
    method: "µCRASP",
    of: sideOf("mucrasp", 0.5),
    layout: SMALL,
    frame: frameOf(SMALL, (unit) => unit % 2 !== 0),
    picture,
    result: {
      staleRatio: 0.4,
      kl: Float32Array.of(0, 0, 0.1),
      perplexity: 1.2,
      densePerplexity: 1.1,
      verdict: "answer matches: yes = yes",
      words: "The cube is blue.\nFinal Answer: yes",
      cut: false,
      tokens: 8,
      statements: "2 of 2",
    },
    waiting: "measuring",
  },
];
