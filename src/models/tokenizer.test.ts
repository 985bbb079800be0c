import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Tokenizer as LibraryTokenizer } from "@huggingface/tokenizers";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { describeWithShared, readSharedJson } from "../testing/shared.ts";
import { createTokenizer, type Tokenizer } from "./tokenizer.ts";

const BYTES = Array.from({ length: 256 }, (_, byte) => {
  const printable = (byte > 0x20 && byte < 0x7f) || (byte > 0xa0 && byte < 0xad) || byte > 0xad;
  return printable ? byte : -1;
});
/** Vocabulary of single bytes only, ids being the bytes themselves: every character is split over tokens. */
function byteTokenizer(change: Record<string, unknown> = {}): Tokenizer {
  let next = 0xff;
  const alphabet = BYTES.map((byte) => {
    if (byte === -1) next += 1;
    return String.fromCodePoint(byte === -1 ? next : byte);
  });
  const definition = {
    added_tokens: [
      { id: 256, content: "<image>", special: true },
      { id: 257, content: "<plain>", special: false },
    ],
    normalizer: null,
    pre_tokenizer: { type: "ByteLevel", add_prefix_space: false, use_regex: true },
    post_processor: null,
    decoder: { type: "ByteLevel" },
    model: { type: "BPE", vocab: Object.fromEntries(alphabet.map((token, id) => [token, id])), merges: [] },
    ...change,
  };
  return createTokenizer(JSON.stringify(definition), null);
}

describe("a tokenizer of single bytes", () => {
  const tokenizer = byteTokenizer();

  it("encodes to UTF-8 bytes and back, for any text", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), (text) => {
        const ids = tokenizer.encode(text);
        expect(ids).toEqual([...new TextEncoder().encode(text)]);
        expect(tokenizer.decode(ids)).toBe(text);
      }),
    );
  });

  it("gives a split character to the token that completes it", () => {
    const ids = tokenizer.encode("é🙂!");
    expect(tokenizer.tokenTexts(ids)).toEqual(["", "é", "", "", "", "🙂", "!"]);
  });

  it("loses no text: token texts and the stream join to the decoded text, also for broken bytes", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 300 })), (ids) => {
        const texts = tokenizer.tokenTexts(ids);
        const stream = tokenizer.createTokenStream();
        const streamed = ids.map((id) => stream.push(id)).join("") + stream.end();
        expect(texts).toHaveLength(ids.length);
        expect(texts.join("")).toBe(streamed);
        const bytes = Uint8Array.from(ids.filter((id) => id < 256));
        if (bytes.length === ids.length)
          expect(streamed).toBe(new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes));
      }),
    );
  });

  it("recognises added tokens in the text and tells the special ones", () => {
    expect(tokenizer.encode("a<image>b<plain>")).toEqual([97, 256, 98, 257]);
    expect(tokenizer.decode([97, 256, 98, 257])).toBe("a<image>b<plain>");
    expect([...tokenizer.specialTokens]).toEqual([["<image>", 256]]);
    expect(tokenizer.tokenId("<image>")).toBe(256);
    expect(tokenizer.tokenId("<row_1_col_1>")).toBeNull();
  });

  it("shows what is broken off or has no token as U+FFFD", () => {
    expect(tokenizer.tokenTexts([0xc3])).toEqual(["\uFFFD"]);
    expect(tokenizer.tokenTexts([0xc3, 256])).toEqual(["", "\uFFFD<image>"]);
    expect(tokenizer.tokenTexts([999])).toEqual(["\uFFFD"]);
    expect(tokenizer.tokenTexts([])).toEqual([]);
  });
});

describe("createTokenizer", () => {
  it("names a decoder that is not byte-level", () => {
    for (const decoder of [null, { type: "Metaspace" }, { type: "Sequence", decoders: [] }]) {
      expect(() => byteTokenizer({ decoder })).toThrow(
        expect.objectContaining({ code: "unsupported", message: expect.stringContaining('supported: "ByteLevel"') }),
      );
    }
  });

  it("calls files that cannot be read a bad checkpoint", () => {
    const bad = expect.objectContaining({ code: "bad-checkpoint" });
    expect(() => createTokenizer("{", null)).toThrow(bad);
    expect(() => byteTokenizer({ model: { type: "BPE" } })).toThrow(bad);
    expect(() => byteTokenizer({ model: undefined })).toThrow(bad);
    expect(() => byteTokenizer({ added_tokens: [{ content: "<x>" }] })).toThrow(/"added_tokens\[0\].id" is missing/);
  });

  it("refuses steps that it does not know, and continuing prefixes, by their names", () => {
    const refused = (change: object, words: RegExp) =>
      expect(() => byteTokenizer(change as Record<string, unknown>)).toThrow(
        expect.objectContaining({ code: "unsupported", message: expect.stringMatching(words) }),
      );
    refused({ pre_tokenizer: { type: "Metaspace" } }, /"pre_tokenizer.type" is the string "Metaspace"; supported/);
    refused({ normalizer: { type: "Sequence", normalizers: [{ type: "Nmt" }] } }, /"normalizer.normalizers\[0\].type"/);
    const model = { type: "BPE", vocab: { a: 0 }, merges: [], continuing_subword_prefix: "##" };
    refused({ model }, /"model.continuing_subword_prefix" is the string "##"; supported: none/);
  });

  it("names the character that has no token, where the library would lose it", () => {
    const model = { type: "BPE", vocab: { a: 0 }, merges: [] };
    expect(() => byteTokenizer({ model }).encode("ab")).toThrow(
      expect.objectContaining({ code: "bad-input", message: expect.stringContaining('"b"') }),
    );
  });
});

describeWithShared(
  "the tokenizer of SmolVLM",
  (folder) => {
    const path = "checkpoints/SmolVLM-256M-Instruct";
    const text = (file: string) => readFileSync(join(folder, path, file), "utf8");
    const tokenizer = createTokenizer(text("tokenizer.json"), text("tokenizer_config.json"));
    const golden = readSharedJson<{ text: { text: string; ids: number[]; decoded: string }[] }>(
      folder,
      `${path}/golden_tokens.json`,
    );

    it.each(golden.text)("gives the golden ids of $text", (entry) => {
      expect(tokenizer.encode(entry.text)).toEqual(entry.ids);
      expect(tokenizer.decode(entry.ids)).toBe(entry.decoded);
      expect(tokenizer.tokenTexts(entry.ids).join("")).toBe(entry.decoded);
    });

    it("cuts digits of any script, and spaces, as the Rust library does", () => {
      const cases = readSharedJson<{ question: string; ids: number[] }[]>(folder, "cases/tokenizer-digits.json");
      expect(cases.map(({ question }) => tokenizer.encode(question))).toEqual(cases.map(({ ids }) => ids));
    });

    it("decodes as the library does", () => {
      const library = new LibraryTokenizer(JSON.parse(text("tokenizer.json")), {});
      fc.assert(
        fc.property(fc.array(fc.integer({ min: 0, max: 49_279 }), { minLength: 1 }), (ids) => {
          expect(tokenizer.decode(ids)).toBe(library.decode(ids, { clean_up_tokenization_spaces: false }));
        }),
      );
    });

    it("knows all special tokens", () => {
      expect(tokenizer.specialTokens.get("<end_of_utterance>")).toBe(49_279);
      expect(tokenizer.specialTokens.get("<|im_end|>")).toBe(2);
      expect(tokenizer.tokenId("<row_6_col_6>")).toBe(49_188);
    });
  },
  ["checkpoints/SmolVLM-256M-Instruct", "cases/tokenizer-digits.json"],
);

describeWithShared(
  "the tokenizer of tiny-scenes",
  (folder) => {
    const path = "checkpoints/tiny-scenes";
    const text = (file: string) => readFileSync(join(folder, path, file), "utf8");
    const tokenizer = createTokenizer(text("tokenizer.json"), text("tokenizer_config.json"));
    interface Expected {
      evaluation: { image: string; trace_ids: number[]; greedy_text: string }[];
    }
    interface Evaluation {
      samples: { image: string; trace: string }[];
    }

    it("writes traces as ids and ids as the reference text", () => {
      const { samples } = readSharedJson<Evaluation>(folder, `${path}/evaluation.json`);
      for (const entry of readSharedJson<Expected>(folder, `${path}/expected.json`).evaluation) {
        const trace = samples.find((sample) => sample.image === entry.image)?.trace ?? "";
        expect(tokenizer.encode(` ${trace}<end_of_utterance>`)).toEqual(entry.trace_ids);
        expect(tokenizer.decode(entry.trace_ids.slice(0, -1)).trim()).toBe(entry.greedy_text.trim());
      }
    });
  },
  ["checkpoints/tiny-scenes"],
);
