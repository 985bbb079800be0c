import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { describeWithShared, readSharedJson } from "../../../testing/shared.ts";
import { findChatTemplate } from "../../chat-template.ts";
import { createPromptBuilder } from "../../prompt.ts";
import { createReplies } from "../../replies.ts";
import { type GoldenTokens, testGoldenTokens } from "../../testing/golden-tokens.ts";
import { madeTokenizerJson } from "../../testing/made-tokenizer.ts";
import { wholePicture } from "../../testing/whole-picture.ts";
import { createTokenizer } from "../../tokenizer.ts";
import { pictureProcessor } from "./picture-processor.ts";
import { findProcessorConfig } from "./processor-config.ts";
import { picturePrompt } from "./prompt.ts";

const CHECKPOINT = "checkpoints/Qwen2-VL-2B-Instruct";
const image = picturePrompt({ imageTokenId: 151_655, videoTokenId: 151_656 });

describe("picturePrompt", () => {
  it("repeats the template's token for every row of features", () => {
    expect(image.write(wholePicture(3))).toBe("<|image_pad|><|image_pad|><|image_pad|>");
  });
});

describeWithShared(
  "the prompts of Qwen2-VL",
  async (folder) => {
    const at = join(folder, CHECKPOINT);
    const text = (file: string) => readFileSync(join(at, file), "utf8");
    const tokenizer = createTokenizer(await madeTokenizerJson(at), text("tokenizer_config.json"), image.addedTokens);
    const template = findChatTemplate({
      chatTemplateJson: text("chat_template.json"),
      chatTemplateJinja: null,
      tokenizerConfig: text("tokenizer_config.json"),
    });
    if (template === null) throw new Error("Qwen2-VL has a chat template.");
    const golden = readSharedJson<GoldenTokens>(folder, `${CHECKPOINT}/golden_tokens.json`);
    testGoldenTokens(golden, { tokenizer, template, image, tokensPerPicture: 0 });

    const options = { tokenizer, template, maximumPositions: 32_768, vocabularySize: 151_936, image };
    const prompts = createPromptBuilder(options);

    it("are built from a question and a picture", () => {
      const [first] = golden.cases;
      const prompt = prompts.buildPrompt({ question: "Describe this image.", picture: wholePicture(64) });
      expect(prompt.ids).toHaveLength(first?.length ?? 0);
      expect(prompt.imagePositions).toHaveLength(64);
    });

    it("have as many image tokens as the budget leaves the picture", async () => {
      const files = { preprocessor: text("preprocessor_config.json"), processor: null };
      const config = findProcessorConfig(files, { patchSize: 14, mergeSize: 2, temporalPatchSize: 2 });
      if (config === null) throw new Error("Qwen2-VL has a processor.");
      const pixels = new Uint8ClampedArray(640 * 480 * 4).fill(90);
      for (const [budget, expected] of [
        [64, 6 * 9],
        [undefined, 13 * 18],
        [400, 17 * 23],
      ] as const) {
        const picture = await pictureProcessor(config).process({ width: 640, height: 480, pixels }, { budget });
        expect(picture.frames.map(({ tokens }) => tokens)).toEqual([expected]);
        expect(prompts.buildPrompt({ question: "Why?", picture }).imagePositions).toHaveLength(expected);
      }
    });

    it("are followed by replies without a space, which end with the template's own token", () => {
      const replies = createReplies(tokenizer, template, true);
      const replied = golden.cases.find(({ name }) => name === "with the reply");
      const ids = replied?.ids_rle.flatMap(([id, count]) => Array<number>(count).fill(id)) ?? [];
      const [{ content = "" } = {}] = replied?.messages.slice(-1) ?? [];
      const question = "What shape is the red thing?";
      const { ids: prompt } = prompts.buildPrompt({ question, picture: wholePicture(64) });
      const trace = [...replies.encode(content as string), replies.endOfTurn];
      // Behind the end of the turn the template writes a line break, which no model gives.
      expect([...prompt, ...trace, 198]).toEqual(ids);
      expect(replies.endOfTurn).toBe(151_645);
    });

    it("hold no video", { tags: ["attack"] }, () => {
      expect(() => prompts.buildPrompt({ question: "What is <|video_pad|>?", picture: null })).toThrow(
        expect.objectContaining({ code: "bad-input", message: expect.stringContaining('"<|video_pad|>"') }),
      );
      const video = { render: () => "<|vision_start|><|video_pad|><|vision_end|>Why?" };
      const builder = createPromptBuilder({ ...options, template: video });
      expect(() => builder.buildPrompt({ question: "Why?", picture: null })).toThrow(
        expect.objectContaining({ code: "unsupported", message: expect.stringContaining("stands for videos") }),
      );
    });
  },
  [CHECKPOINT],
);
