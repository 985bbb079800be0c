import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { projectRoot } from "../../testing/shared.ts";
import { createTokenizer } from "../tokenizer.ts";

const text = readFileSync(join(projectRoot, "public", "models", "scenes", "tokenizer.json"), "utf8");
const whole = createTokenizer(text, null);
const prompt = "<|im_start|>User:<image><image> What is it?<end_of_utterance>";

/** The bundled tokenizer's file without these among its added tokens; they stay in its vocabulary. */
function without(...tokens: string[]): string {
  const file = JSON.parse(text) as { added_tokens: { content: string }[] };
  return JSON.stringify({
    ...file,
    added_tokens: file.added_tokens.filter(({ content }) => !tokens.includes(content)),
  });
}

describe("tokens of the vocabulary that tokenizer.json does not list as added", () => {
  it("are cut into pieces where nobody names them", () => {
    expect(createTokenizer(without("<image>"), null).encode(prompt)).not.toEqual(whole.encode(prompt));
  });

  it("are added where the model's processor does so", () => {
    const added = createTokenizer(without("<image>", "<end_of_utterance>"), null, ["<image>", "<end_of_utterance>"]);
    expect(added.encode(prompt)).toEqual(whole.encode(prompt));
    expect(added.specialTokens).toEqual(
      new Map([...added.specialTokens].filter(([token]) => whole.specialTokens.has(token))),
    );
    expect(added.specialTokens.size).toBe(whole.specialTokens.size);
  });

  it("are added where tokenizer_config.json lists them, with what it says of them", () => {
    const config = (fields: object) =>
      JSON.stringify({ added_tokens_decoder: { 5: { content: "<image>", ...fields } } });
    const special = createTokenizer(without("<image>"), config({ special: true }));
    expect(special.encode(prompt)).toEqual(whole.encode(prompt));
    expect(special.specialTokens.has("<image>")).toBe(true);
    const plain = createTokenizer(without("<image>"), config({ lstrip: true }));
    expect(plain.specialTokens.has("<image>")).toBe(false);
    expect(plain.encode("a <image>")).toEqual(whole.encode("a<image>"));
  });

  it("are left alone where they are listed already, and where the vocabulary does not have them", () => {
    const further = createTokenizer(text, null, ["<image>", "<never heard of>"]);
    expect(further.encode(`${prompt}<never heard of>`)).toEqual(whole.encode(`${prompt}<never heard of>`));
    expect(further.specialTokens).toEqual(whole.specialTokens);
  });
});
