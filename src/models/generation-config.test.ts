import { describe, expect, it } from "vitest";
import { findStopIds } from "./generation-config.ts";

const NONE = new Map<string, number>();
const stops = (generation: object | null, model: object = {}, specialTokens: ReadonlyMap<string, number> = NONE) =>
  findStopIds({
    generationConfig: generation === null ? null : JSON.stringify(generation),
    modelConfig: JSON.stringify(model),
    specialTokens,
  });

describe("findStopIds", () => {
  it("takes one id or a list from generation_config.json, before config.json's", () => {
    expect(stops({ eos_token_id: 7 }, { eos_token_id: 8, text_config: { eos_token_id: 9 } })).toEqual([7]);
    expect(stops({ eos_token_id: [7, 8, 7] })).toEqual([7, 8]);
    expect(stops({ eos_token_id: 0 })).toEqual([0]);
  });

  it("falls back to config.json, top level first", () => {
    expect(stops(null, { eos_token_id: 8, text_config: { eos_token_id: 9 } })).toEqual([8]);
    expect(stops({ eos_token_id: null }, { text_config: { eos_token_id: 9 } })).toEqual([9]);
    expect(stops(null)).toEqual([]);
  });

  it("also stops at <|im_end|> where the tokenizer has it as a special token", () => {
    expect(stops({ eos_token_id: 49_279 }, {}, new Map([["<|im_end|>", 2]]))).toEqual([49_279, 2]);
    expect(stops({ eos_token_id: 2 }, {}, new Map([["<|im_end|>", 2]]))).toEqual([2]);
  });

  it("names file and field of a wrong id", () => {
    const error = (message: string) =>
      expect.objectContaining({ code: "bad-checkpoint", message: expect.stringContaining(message) });
    expect(() => stops({ eos_token_id: "end" })).toThrow(error('generation_config.json: "eos_token_id" is the string'));
    expect(() => stops({ eos_token_id: [1, -1] })).toThrow(error("eos_token_id"));
    expect(() => stops(null, { text_config: { eos_token_id: 1.5 } })).toThrow(error("text_config.eos_token_id"));
  });
});
