import { describe, expect, it } from "vitest";
import { decoderDefinition } from "../../models/architectures/shared/decoder/decoder.ts";
import { createNodeBackend } from "../../runtime/cpu/node.ts";
import { defineGenerationSuite, GENERATION_CONFIG } from "../testing/generation-suite.ts";

describe("fused generation in Node", () => {
  defineGenerationSuite(async () => createNodeBackend());
  describe("with the cache written in place", () => {
    defineGenerationSuite(async () => Object.create(createNodeBackend(), { writesInPlace: { value: true } }));
  });

  it.each([
    { headSize: 16, vocabularyParts: 1, fused: true, whole: true },
    { headSize: 16, vocabularyParts: 2, fused: true, whole: false },
    { headSize: 8, vocabularyParts: 1, fused: false, whole: false },
    { headSize: 80, vocabularyParts: 1, fused: true, whole: true },
  ])("is there for heads of $headSize with the vocabulary in $vocabularyParts: $fused, $whole", (given) => {
    const config = { ...GENERATION_CONFIG, headSize: given.headSize };
    const names = { prefix: "model", head: "lm_head.weight" };
    const text = decoderDefinition(config, names, { vocabularyParts: given.vocabularyParts });
    expect(text.generation !== null).toBe(given.fused);
    expect(text.wholeGeneration !== null).toBe(given.whole);
  });
});
