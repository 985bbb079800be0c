import { describe, expect, it } from "vitest";
import { BYTE_CHARACTERS } from "../../byte-level.ts";
import { type TokenizerNeeds, tokenizerEntries } from "./tokenizer-keys.ts";

const TOKEN = { single_word: false, lstrip: false, rstrip: false, normalized: false };

interface Change {
  readonly model?: object;
  readonly top?: object;
  readonly added?: readonly object[];
  readonly config?: object | null;
  readonly needs?: Partial<TokenizerNeeds>;
}

/** 256 bytes, "ab" (256) and "abc" (257), "<end>" (258) and "<word>" (259). */
function keysOf({ model = {}, top = {}, added, config = { bos_token: "<end>" }, needs = {} }: Change = {}) {
  const words = [...BYTE_CHARACTERS, "ab", "abc"];
  const tokenizer = {
    decoder: { type: "ByteLevel" },
    pre_tokenizer: { type: "ByteLevel", add_prefix_space: false, use_regex: true },
    added_tokens: added ?? [
      { ...TOKEN, id: 258, content: "<end>", special: true },
      { ...TOKEN, id: 259, content: "<word>", special: false },
    ],
    model: { vocab: Object.fromEntries(words.map((word, id) => [word, id])), merges: ["a b", "ab c"], ...model },
    ...top,
  };
  const entries = tokenizerEntries(
    {
      tokenizer: JSON.stringify(tokenizer),
      tokenizerConfig: config && JSON.stringify(config),
      chatTemplate: "{{ messages }}",
    },
    { vocabularySize: 262, stopIds: [258], alsoAdded: [], ...needs },
  );
  return new Map(entries.map(([key, { value }]) => [key.replace("tokenizer.", ""), value]));
}

describe("the tokenizer's keys", () => {
  it("name each id, with what kind of token it is", () => {
    const keys = keysOf();
    const tokens = keys.get("ggml.tokens") as string[];
    expect(tokens.slice(254)).toEqual([
      BYTE_CHARACTERS[254],
      BYTE_CHARACTERS[255],
      "ab",
      "abc",
      "<end>",
      "<word>",
      "[PAD260]",
      "[PAD261]",
    ]);
    expect((keys.get("ggml.token_type") as number[]).slice(255)).toEqual([1, 1, 1, 3, 4, 5, 5]);
    expect(keys.get("ggml.merges")).toEqual(["a b", "ab c"]);
    expect(keys.get("ggml.model")).toBe("gpt2");
    expect(keys.get("ggml.pre")).toBe("gpt-2");
    expect(keys.get("chat_template")).toBe("{{ messages }}");
    expect(
      keysOf({
        model: {
          merges: [
            ["a", "b"],
            ["ab", "c"],
          ],
        },
      }).get("ggml.merges"),
    ).toEqual(["a b", "ab c"]);
  });

  it("say where a text begins and ends, never llama.cpp's own token 11", () => {
    const ids = (change: Change) =>
      [...keysOf(change)].filter(([key]) => key.endsWith("_id")).map(([key, id]) => `${key.slice(5, -9)} ${id}`);
    expect(ids({})).toEqual(["bos 258", "eos 258"]);
    expect(ids({ config: { bos_token: { content: "ab" }, pad_token: "abc", unk_token: "<end>" } })).toEqual([
      "bos 256",
      "eos 258",
      "unknown 258",
      "padding 257",
    ]);
    expect(ids({ config: null, needs: { stopIds: [256, 258] } })).toEqual(["bos 256", "eos 256", "eot 258"]);
    expect(ids({ config: null, needs: { stopIds: [] } })).toEqual(["bos 0", "eos 0"]);
    expect(ids({ config: { bos_token: null }, needs: { stopIds: [1, 2, 3, 4] } })).toEqual([
      "bos 1",
      "eos 1",
      "eot 2",
      "eom 3",
    ]);
  });

  it("say whether a text begins with a token by itself", () => {
    const post = (id: string) => ({
      post_processor: {
        type: "Sequence",
        processors: [
          { type: "ByteLevel" },
          { type: "TemplateProcessing", single: [{ SpecialToken: { id, type_id: 0 } }, { Sequence: { id: "A" } }] },
        ],
      },
    });
    const begins = (change: Change) => keysOf(change).get("ggml.add_bos_token");
    expect(begins({})).toBe(false);
    expect(begins({ top: post("<end>") })).toBe(true);
    expect(begins({ top: post("<word>") })).toBe(false);
    expect(begins({ top: post("<end>"), config: { bos_token: "<end>", add_bos_token: false } })).toBe(false);
    expect(begins({ config: { bos_token: "<end>", add_bos_token: true } })).toBe(true);
  });

  it("know tokens that only other files call special", () => {
    const types = keysOf({ added: [], needs: { alsoAdded: ["abc"] } }).get("ggml.token_type") as number[];
    expect(types.slice(255, 258)).toEqual([1, 1, 3]);
  });

  it("are none but one where a checkpoint takes ids", () => {
    const none = { tokenizer: null, tokenizerConfig: null, chatTemplate: null };
    expect(tokenizerEntries(none, { vocabularySize: 9, stopIds: [], alsoAdded: [] })).toEqual([
      ["tokenizer.ggml.model", { type: "string", value: "no_vocab" }],
    ]);
  });

  it.each([
    [
      "an id beyond the embedding",
      { needs: { vocabularySize: 259 } },
      "bad-checkpoint",
      /"<word>" has id 259; the model has 259/,
    ],
    [
      "two ids of one text",
      { added: [{ ...TOKEN, id: 260, content: "ab", special: true }] },
      "bad-checkpoint",
      /"ab" stands for more than one id/,
    ],
    [
      "lower case",
      { top: { normalizer: { type: "Lowercase" } } },
      "unsupported",
      /"normalizer" \{"type":"Lowercase"\}/,
    ],
    ["ends of words", { model: { end_of_word_suffix: "</w>" } }, "unsupported", /"model.end_of_word_suffix" "<\/w>"/],
    [
      "bytes instead of unknown characters",
      { model: { byte_fallback: true } },
      "unsupported",
      /"model.byte_fallback" true/,
    ],
  ] as const)("are refused for %s", (_, change, code, message) => {
    expect(() => keysOf(change)).toThrow(expect.objectContaining({ code, message: expect.stringMatching(message) }));
  });

  it("take composed characters for what is typed", () => {
    expect(keysOf({ top: { normalizer: { type: "NFC" } } }).get("ggml.pre")).toBe("gpt-2");
  });
});
