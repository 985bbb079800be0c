/** Samples whose pixels are pieces of a picture: as many as there are to be, laid as they can lie. */
import "../../models/testing/every-architecture.ts";
import { describe, expect, it } from "vitest";
import { architectureOf, parseModelConfig } from "../../models/architectures/registry.ts";
import { framesOfTokens } from "./prepare-input.ts";

const config = parseModelConfig(
  JSON.stringify({
    model_type: "mllama",
    text_config: { hidden_size: 64, num_hidden_layers: 4, cross_attention_layers: [1] },
    vision_config: { image_size: 16, patch_size: 8, hidden_size: 32, num_hidden_layers: 32 },
  }),
);
const { vision } = architectureOf(config).define(config);
const IMAGE = 128_256;

function framesOf(count: number, pieces?: { rows: number; columns: number }, side = 16, prompt = [1, IMAGE]) {
  const pixels = {
    pixelValues: new Float32Array(count * 3 * side ** 2).fill(1),
    pixelShape: [count, 3, side, side] as const,
  };
  return framesOfTokens(vision, { prompt, ...pixels, ...(pieces && { pieces }) });
}

describe("pieces of a picture", () => {
  it("make one frame, laid in one row where nothing is said", () => {
    expect(framesOf(2, { rows: 2, columns: 1 })).toMatchObject([
      { tokens: 1, patches: 32, grid: { rows: 4, columns: 2 } },
    ]);
    expect(framesOf(2)).toMatchObject([{ grid: { rows: 2, columns: 4 } }]);
  });

  it.each([
    ["more than there may be", () => framesOf(5, { rows: 1, columns: 5 }), /5 pieces.*1 × 5.*4 pieces at most/],
    ["a layout of others", () => framesOf(2, { rows: 2, columns: 2 }), /2 pieces.*2 × 2/],
    ["another size", () => framesOf(1, undefined, 8), /shape \[3, 8, 8\]; the model takes \[3, 16, 16\]/],
    ["more image tokens than frames", () => framesOf(1, undefined, 16, [IMAGE, IMAGE]), /2 image tokens.*1 frame/],
  ])("refuses %s", { tags: ["attack"] }, (_, make, message) => {
    expect(make).toThrow(expect.objectContaining({ code: "bad-input", message: expect.stringMatching(message) }));
  });
});
