/** Pictures cut into frames by the real SmolVLM's processor, and the prompt that announces them. */
import "../../models/testing/every-architecture.ts";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { pictureProcessor, splittingOf } from "../../models/architectures/idefics3/pictures.ts";
import { createImageProcessor } from "../../models/architectures/idefics3/processor.ts";
import { parseProcessorConfig } from "../../models/architectures/idefics3/processor-config.ts";
import { picturePrompt } from "../../models/architectures/idefics3/prompt.ts";
import { parseModelConfig } from "../../models/architectures/registry.ts";
import { findChatTemplate } from "../../models/chat-template.ts";
import { createPromptBuilder } from "../../models/prompt.ts";
import { createTokenizer } from "../../models/tokenizer.ts";
import { describeWithShared } from "../../testing/shared.ts";
import { budgetFor, prepareInput } from "./prepare-input.ts";

const IMAGE_TOKEN = 49_190;
const PER_FRAME = 64;
const CHECKPOINT = "checkpoints/SmolVLM-256M-Instruct";

describeWithShared(
  "a picture that is split, as SmolVLM takes it",
  (folder) => {
    const text = (file: string) => readFileSync(join(folder, CHECKPOINT, file), "utf8");
    const tokenizer = createTokenizer(text("tokenizer.json"), text("tokenizer_config.json"));
    const config = parseModelConfig(text("config.json"));
    if (config.architecture !== "idefics3") throw new Error("SmolVLM is an Idefics3.");
    const processor = createImageProcessor(parseProcessorConfig(text("preprocessor_config.json"), 512));
    const images = pictureProcessor(config, processor, tokenizer);
    const template = findChatTemplate({
      chatTemplateJson: text("chat_template.json"),
      chatTemplateJinja: null,
      tokenizerConfig: text("tokenizer_config.json"),
    });
    if (template === null) throw new Error("SmolVLM has a chat template.");
    const prompts = (maximumPositions: number) =>
      createPromptBuilder({
        tokenizer,
        template,
        maximumPositions,
        vocabularySize: 49_280,
        image: picturePrompt(IMAGE_TOKEN),
      });
    const picture = { width: 64, height: 32, pixels: new Uint8ClampedArray(64 * 32 * 4).fill(90) };
    const input = { picture, question: "What is this?" };
    const imageTokens = (ids: readonly number[]) => ids.filter((id) => id === IMAGE_TOKEN).length;

    it("has one frame unless it is asked to be split, then the crops with the whole picture behind them", async () => {
      const parts = { prompts: prompts(8192), images };
      const whole = await prepareInput(parts, input);
      expect(whole.frames.map(({ values, ...rows }) => [values.length, rows])).toEqual([
        [3 * 512 * 512, { patches: 1024, tokens: PER_FRAME, grid: { rows: 32, columns: 32 } }],
      ]);
      expect(imageTokens(whole.prompt)).toBe(PER_FRAME);

      const { frames, prompt } = await prepareInput(parts, { ...input, split: true });
      expect(frames).toHaveLength(2 * 4 + 1);
      expect(frames.every((frame) => frame.values.length === 3 * 512 * 512)).toBe(true);
      expect(imageTokens(prompt)).toBe(9 * PER_FRAME);
      for (const place of ["<row_1_col_1>", "<row_2_col_4>", "<global-img>"]) {
        expect(prompt).toContain(tokenizer.tokenId(place));
      }
      expect(prompt).not.toContain(tokenizer.tokenId("<row_3_col_1>"));
    });

    it("says so where its tokens do not fit the model", async () => {
      const parts = { prompts: prompts(500), images };
      expect((await prepareInput(parts, input)).prompt.length).toBeLessThan(500);
      await expect(prepareInput(parts, { ...input, split: true })).rejects.toMatchObject({
        code: "bad-input",
        message: expect.stringMatching(/The prompt takes \d+ tokens; the model has 500 positions/),
        hint: "Shorten the question, or do not split the picture.",
      });
    });

    it("can be cancelled while it is cut", async () => {
      const parts = { prompts: prompts(8192), images };
      const cancelled = prepareInput(parts, { ...input, split: true }, AbortSignal.abort());
      await expect(cancelled).rejects.toMatchObject({ code: "cancelled" });
    });

    it("is offered where the longest edge takes more than one frame and the tokenizer knows crops", () => {
      expect(images.splitting).toEqual({ frameSize: 512, longestEdge: 2048 });
      const single = createImageProcessor({ ...processor.config, longestEdge: 512 });
      expect(splittingOf(tokenizer, single)).toBeNull();
      expect(splittingOf({ ...tokenizer, tokenId: () => null }, processor)).toBeNull();
      expect(splittingOf(null, processor)).toBeNull();
    });
  },
  [CHECKPOINT],
);

describe("a picture budget", { tags: ["attack"] }, () => {
  const images = { splitting: null, process: () => Promise.reject(new Error("Not asked for.")) };
  const chosen = { ...images, budget: { default: 256, smallest: 4, largest: 16_384 } };

  it("is taken within the checkpoint's bounds, which are named otherwise", () => {
    expect(budgetFor(chosen, 64)).toEqual({ budget: 64 });
    expect(budgetFor(chosen, null)).toEqual({});
    for (const tokens of [3, 16_385, 64.5, Number.NaN, -1]) {
      expect(() => budgetFor(chosen, tokens)).toThrow(
        expect.objectContaining({
          code: "bad-input",
          message: expect.stringMatching(/this checkpoint takes 4 to 16384/),
        }),
      );
    }
  });

  it("is refused where pictures have a size of their own", () => {
    for (const none of [null, { ...images, budget: null }]) {
      expect(() => budgetFor(none, 64)).toThrow(expect.objectContaining({ code: "unsupported" }));
    }
  });
});
