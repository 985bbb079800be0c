import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { describeWithTokenizer } from "../../../testing/published-tokenizers.ts";
import { readSharedJson } from "../../../testing/shared.ts";
import { findChatTemplate } from "../../chat-template.ts";
import { findStopIds } from "../../generation-config.ts";
import { createReplies } from "../../replies.ts";
import { type GoldenTokens, testGoldenTokens } from "../../testing/golden-tokens.ts";
import { createTokenizer } from "../../tokenizer.ts";
import { picturePrompt } from "./prompt.ts";

describeWithTokenizer(
  "the prompts of Gemma 3",
  "gemma-3",
  (folder, published) => {
    const text = (file: string) => readFileSync(join(published, file), "utf8");
    const image = picturePrompt(262_144);
    const tokenizer = createTokenizer(text("tokenizer.json"), text("tokenizer_config.json"), image.addedTokens);
    const tokenizerConfig = text("tokenizer_config.json");
    const template = findChatTemplate({ chatTemplateJson: null, chatTemplateJinja: null, tokenizerConfig });
    const golden = readSharedJson<GoldenTokens>(folder, "oracles/golden/gemma3_tokens.json");
    testGoldenTokens(golden, { tokenizer, template, image, tokensPerPicture: 256 });

    it("are followed by replies that end with the turn, not with the text", () => {
      if (template === null) throw new Error("Gemma has a chat template.");
      const { endOfTurn, encode } = createReplies(tokenizer, template, true);
      expect(endOfTurn).toBe(106);
      expect(encode(" Step 1: I look.\n")).toEqual(tokenizer.encode("Step 1: I look."));
      const sources = { modelConfig: "{}", specialTokens: tokenizer.specialTokens, endOfTurn };
      expect(findStopIds({ ...sources, generationConfig: '{"eos_token_id": [1, 106]}' })).toEqual([1, 106]);
      expect(findStopIds({ ...sources, generationConfig: '{"eos_token_id": 1}' })).toEqual([1, 106]);
    });
  },
  ["oracles/golden"],
);
