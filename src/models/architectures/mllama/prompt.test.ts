import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { describeWithTokenizer } from "../../../testing/published-tokenizers.ts";
import { readSharedJson } from "../../../testing/shared.ts";
import { findChatTemplate } from "../../chat-template.ts";
import { createReplies } from "../../replies.ts";
import { type GoldenTokens, testGoldenTokens } from "../../testing/golden-tokens.ts";
import { createTokenizer } from "../../tokenizer.ts";
import { picturePrompt } from "./prompt.ts";

/** The vision models have one token more than the text models of the family, whose tokenizer this is. */
function withImageToken(json: string): string {
  const file = JSON.parse(json) as { added_tokens: object[] };
  const token = { id: 128_256, content: "<|image|>", special: true, normalized: false };
  return JSON.stringify({ ...file, added_tokens: [...file.added_tokens, token] });
}

describeWithTokenizer(
  "the prompts of Llama 3.2 Vision",
  "llama-3.2",
  (folder, published) => {
    const text = (file: string) => readFileSync(join(published, file), "utf8");
    const image = picturePrompt(128_256);
    const tokenizerConfig = text("tokenizer_config.json");
    const tokenizer = createTokenizer(withImageToken(text("tokenizer.json")), tokenizerConfig);
    const golden = readSharedJson<GoldenTokens>(folder, "oracles/golden/mllama_tokens.json");
    testGoldenTokens(golden, { tokenizer, template: null, image, tokensPerPicture: 1 });

    const template = findChatTemplate({ chatTemplateJson: null, chatTemplateJinja: null, tokenizerConfig });
    if (template === null) throw new Error("Llama has a chat template.");

    it("without a picture have a date that is always the same", () => {
      const expected = golden.cases.find(({ name }) => name === "question without picture")?.rendered;
      expect(template.render([{ role: "user", content: "What is 12 + 30?" }])).toBe(expected);
    });

    it("are followed by replies that end with the turn", () => {
      expect(createReplies(tokenizer, template, false)).toMatchObject({ endOfTurn: 128_009 });
    });
  },
  ["oracles/golden"],
);
