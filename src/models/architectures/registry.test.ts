import "../testing/every-architecture.ts";
import { expect, it } from "vitest";
import { architectureOf, factsOfAll, parseModelConfig } from "./registry.ts";

const REFUSED = [
  { model_type: "qwen2_audio", architectures: ["Qwen2AudioForConditionalGeneration"] },
  { architectures: ["MistralForCausalLM"] },
  { model_type: "constructor" },
  {},
];

it.each(REFUSED)("refuses what is not built in, naming what was found and all that is: %j", (config) => {
  const found = JSON.stringify(config.model_type ?? config.architectures?.[0] ?? null);
  expect(() => parseModelConfig(JSON.stringify(config))).toThrow(
    expect.objectContaining({
      code: "unsupported",
      message: expect.stringMatching(
        new RegExp(`${found}.*supported are idefics3 and smolvlm .*, llama \\(Llama.*, qwen2_vl and qwen2_5_vl `),
      ),
      hint: expect.stringMatching(/SmolVLM, Llama.*, Qwen2-VL and Qwen2.5-VL/),
    }),
  );
});

it.each([
  [{ model_type: "smolvlm", scale_factor: 7, text_config: { vocab_size: 130_000 } }, "idefics3"],
  [{ architectures: ["LlamaForCausalLM"] }, "llama"],
])("gives the architecture that %j names", (config, name) => {
  expect(architectureOf(parseModelConfig(JSON.stringify(config))).name).toBe(name);
});

it("says of each architecture what it says of itself", () => {
  for (const [stated, own] of factsOfAll()) expect(own).toMatchObject(JSON.parse(JSON.stringify(stated)));
});
