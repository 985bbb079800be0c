import { describe, expect, it } from "vitest";
import { createTokenizer } from "../tokenizer.ts";
import { BYTE_TOKENS } from "./token-bytes.ts";

const DECODER = {
  type: "Sequence",
  decoders: [{ type: "Replace", pattern: { String: "▁" }, content: " " }, { type: "ByteFallback" }, { type: "Fuse" }],
};
const LETTERS = ["▁", "h", "i", "hi", "▁hi"];
const vocab = Object.fromEntries([...BYTE_TOKENS, ...LETTERS].map((token, id) => [token, id]));

/** As SentencePiece's are written in tokenizer.json. */
function pieceTokenizer(change: object = {}, model: object = {}) {
  const merges = [
    ["h", "i"],
    ["▁", "hi"],
  ];
  return createTokenizer(
    JSON.stringify({
      model: { type: "BPE", vocab, merges, byte_fallback: true, unk_token: null, ...model },
      normalizer: { type: "Replace", pattern: { String: " " }, content: "▁" },
      pre_tokenizer: { type: "Split", pattern: { String: " " }, behavior: "MergedWithPrevious", invert: false },
      decoder: DECODER,
      added_tokens: [],
      ...change,
    }),
    null,
  );
}

describe("a tokenizer that writes spaces as ▁ and strange bytes one by one", () => {
  const tokenizer = pieceTokenizer();

  it("reads and writes any text", () => {
    for (const text of ["hi hi", "  hi", "hé", "日本 hi\n", "\u0000🙂"]) {
      expect(tokenizer.decode(tokenizer.encode(text))).toBe(text);
    }
    expect(tokenizer.encode("hi hi")).toEqual([259, 260]);
    expect(tokenizer.encode("é")).toEqual([0xc3, 0xa9]);
  });

  it("gives a character of several bytes to the token that completes it", () => {
    expect(tokenizer.tokenTexts([259, 0xc3, 0xa9, 260])).toEqual(["hi", "", "é", " hi"]);
    expect(tokenizer.tokenTexts([0xc3, 259])).toEqual(["", "\uFFFDhi"]);
  });
});

describe("what would lose letters", { tags: ["attack"] }, () => {
  it.each<[string, object, object, RegExp]>([
    [
      "bad-checkpoint",
      {},
      { byte_fallback: false },
      /"model.byte_fallback" is the boolean false; true beside a decoder/,
    ],
    ["bad-checkpoint", {}, { vocab: { ...vocab, "<0x41>": undefined } }, /"model.vocab.<0x41>" is missing/],
    [
      "unsupported",
      { decoder: { type: "Sequence", decoders: [{ type: "Fuse" }] } },
      {},
      /a "Sequence" with "ByteFallback"/,
    ],
    [
      "unsupported",
      { decoder: { ...DECODER, decoders: [{ type: "Strip" }] } },
      {},
      /"decoder.decoders\[0\].type" is .*"Strip"/,
    ],
  ])("is refused: %s", (code, change, model, message) => {
    expect(() => pieceTokenizer(change, model)).toThrow(
      expect.objectContaining({ code, message: expect.stringMatching(message) }),
    );
  });
});
