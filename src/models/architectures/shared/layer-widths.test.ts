/** Widths of single layers in config.json: read, and refused where they make no model. */
import "../../testing/every-architecture.ts";
import { describe, expect, it } from "vitest";
import { architectureOf, parseModelConfig } from "../registry.ts";

const TEXT = { vocab_size: 96, hidden_size: 32, num_attention_heads: 4, num_key_value_heads: 2, intermediate_size: 48 };
const LLAMA = { model_type: "llama", num_hidden_layers: 3, ...TEXT };

const defined = (config: object) => {
  const parsed = parseModelConfig(JSON.stringify(config));
  return architectureOf(parsed).define(parsed);
};
const llama = (layers: object, rest: object = {}) => defined({ ...LLAMA, ...rest, per_layer_config: layers });

describe("widths of single layers", () => {
  it("are those of the layers that are named", () => {
    const { text } = llama({ 1: { intermediate_size: 7 }, 2: { num_attention_heads: 2, num_key_value_heads: 1 } });
    expect(text.layers.map(({ shape, mlpColumns }) => [shape.attentionUnits, mlpColumns])).toEqual([
      [2, 48],
      [2, 7],
      [1, 48],
    ]);
    expect(text.modules.map(({ unitCount }) => unitCount)).toEqual([2, 48, 2, 7, 1, 48]);
    expect(text.layers[2]?.weights.find(({ input }) => input === "query")?.shape).toEqual([16, 32]);
  });

  it("are read in a vision tower, whose heads keep their size", () => {
    const vision = { hidden_size: 24, num_attention_heads: 3, image_size: 32, patch_size: 8, num_hidden_layers: 2 };
    const config = { model_type: "idefics3", image_token_id: 90, text_config: TEXT };
    const found = defined({
      ...config,
      vision_config: { ...vision, per_layer_config: { 0: { num_attention_heads: 1, intermediate_size: 5 } } },
    }).vision;
    expect(found?.headSize).toBe(8);
    expect(found?.layers.map(({ attentionColumns, mlpColumns }) => [attentionColumns, mlpColumns])).toEqual([
      [8, 5],
      [24, 3072],
    ]);
  });

  it("come with biases of the last projections where the file says so", () => {
    const names = llama({}, { projection_bias: true }).text.layers[0]?.weights.map(({ tensor }) => tensor);
    expect(names).toContain("model.layers.0.self_attn.o_proj.bias");
    expect(names).toContain("model.layers.0.mlp.down_proj.bias");
    expect(llama({}).text.layers[0]?.weights.length).toBe((names?.length ?? 0) - 2);
  });

  it.each([
    [{ 3: {} }, "per_layer_config.3: there are layers 0 to 2"],
    [{ first: {} }, "per_layer_config.first: there are layers 0 to 2"],
    [{ 0: { num_attention_heads: 3 } }, "per_layer_config.0: its heads are no whole groups"],
    [{ 0: { num_attention_heads: 2, num_key_value_heads: 2 } }, "per_layer_config.0: its heads are no whole groups"],
    [{ 0: { intermediate_size: 49 } }, "per_layer_config.0: is wider than the model"],
    [{ 0: { intermediate_size: 0 } }, "per_layer_config.0.intermediate_size"],
    [{ 0: { sliding_window: 9 } }, "sliding_window"],
  ])("are refused where they make no model: %j", (layers, message) => {
    expect(() => llama(layers)).toThrow(message);
  });

  it("are refused in a file of a newer version", () => {
    expect(() => llama({}, { pivotscope: { version: 2 } })).toThrow("pivotscope.version");
    expect(llama({}, { pivotscope: { version: 1 } }).text.layers).toHaveLength(3);
  });
});
