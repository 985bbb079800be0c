import { describe, expect, it } from "vitest";
import { preTokenizerName } from "./pre-tokenizers.ts";

const bytes = (use_regex: boolean) => ({ type: "ByteLevel", add_prefix_space: false, trim_offsets: true, use_regex });
const digits = { type: "Digits", individual_digits: true };
const split = (Regex: string) => ({ type: "Split", pattern: { Regex }, behavior: "Isolated", invert: false });
const inTurn = (...pretokenizers: object[]) => ({ type: "Sequence", pretokenizers });

// As tokenizer.json of Llama 3 and of Qwen2 have them.
const THREE_DIGITS =
  "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
const ONE_DIGIT = THREE_DIGITS.replace("{1,3}", "");

function nameOf(found: unknown, ignoreMerges = false) {
  return preTokenizerName({ pre_tokenizer: found, model: { ignore_merges: ignoreMerges } });
}

describe("the way of cutting texts", () => {
  it.each([
    ["gpt-2", bytes(true), false],
    ["gpt-2", inTurn(bytes(true)), false],
    ["gpt-2", { type: "ByteLevel" }, false],
    ["smollm", inTurn(digits, bytes(true)), false],
    ["smollm", inTurn(digits, inTurn({ type: "ByteLevel", add_prefix_space: false })), false],
    ["llama-bpe", inTurn(split(THREE_DIGITS), bytes(false)), true],
    ["smaug-bpe", inTurn(split(THREE_DIGITS), bytes(false)), false],
    ["qwen2", inTurn(split(ONE_DIGIT), bytes(false)), false],
  ])("is called %s where it is %j", (name, found, ignoreMerges) => {
    expect(nameOf(found, ignoreMerges)).toBe(name);
  });

  it.each([
    ["nothing", null, false],
    ["a space in front", { ...bytes(true), add_prefix_space: true }, false],
    ["digits together", inTurn({ type: "Digits", individual_digits: false }, bytes(true)), false],
    ["another order", inTurn(bytes(true), digits), false],
    ["another expression", inTurn(split("\\p{L}+|\\s+"), bytes(false)), false],
    ["pieces that are removed", inTurn({ ...split(ONE_DIGIT), behavior: "Removed" }, bytes(false)), false],
    ["an expression behind another", inTurn(split(ONE_DIGIT), bytes(true)), false],
    ["whole words where it has none", inTurn(digits, bytes(true)), true],
    ["a further step", inTurn(digits, { type: "Punctuation" }, bytes(true)), false],
  ])("is refused where it is %s", (_, found, ignoreMerges) => {
    expect(() => nameOf(found, ignoreMerges)).toThrow(
      expect.objectContaining({
        code: "unsupported",
        message: expect.stringMatching(/pre_tokenizer.*known are gpt-2, smollm, smaug-bpe, llama-bpe, qwen2\./),
      }),
    );
  });
});
