// @module-tag attack
import { describe, expect, it } from "vitest";
import { readModelConfig } from "./model-config-file.ts";
import { openWeights } from "./open-weights.ts";
import { folderOf } from "./testing/write-safetensors.ts";

const folder = (files: Readonly<Record<string, string>>) => folderOf(new Map(Object.entries(files)));
const adapter = (fields: object) => ({
  "adapter_config.json": JSON.stringify(fields),
  "adapter_model.safetensors": "x",
});

describe("a folder without config.json", () => {
  it.each<[string, Readonly<Record<string, string>>, string, RegExp, RegExp]>([
    [
      "an adapter",
      adapter({ peft_type: "LORA", base_model_name_or_path: "owner/base" }),
      "unsupported",
      /^tiny is a LoRA adapter for owner\/base: /,
      /Merge it into owner\/base/,
    ],
    [
      "an adapter of another kind",
      adapter({ peft_type: "IA3" }),
      "unsupported",
      /^tiny is an adapter \(IA3\) for another model: /,
      /Merge/,
    ],
    ["a GGUF file", { "model-q4.gguf": "x" }, "unsupported", /model in model-q4\.gguf, which is GGUF/, /safetensors/],
    [
      "folders of checkpoints",
      { "checkpoint-5/config.json": "{}", "checkpoint-9/config.json": "{}" },
      "not-found",
      /no config\.json itself; there is one in checkpoint-5, checkpoint-9\.$/,
      /for example tiny\/checkpoint-5/,
    ],
    [
      "nothing that is known",
      { "README.md": "x", LICENSE: "y" },
      "not-found",
      /config\.json is not in tiny/,
      /needs config/,
    ],
  ])("is called %s", async (_, files, code, message, hint) => {
    await expect(readModelConfig(folder(files))).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message),
      hint: expect.stringMatching(hint),
    });
  });

  it("is called an adapter, too, where somebody put the base model's config.json in", async () => {
    const files = folder({ "config.json": "{}", ...adapter({ base_model_name_or_path: "owner/base" }) });
    expect(await readModelConfig(files)).toBe("{}");
    await expect(openWeights(files)).rejects.toMatchObject({
      message: expect.stringContaining("adapter for owner/base"),
    });
  });
});
