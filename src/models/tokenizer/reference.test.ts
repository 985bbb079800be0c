/**
 * Held against Hugging Face's Rust library: what it made of all code points, of texts by many kinds of steps, and of random
 * added tokens (`training/tokenizer_reference.py`).
 */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { BYTE_CHARACTERS, bytesOfToken } from "../byte-level.ts";
import { createTokenizer } from "../tokenizer.ts";
import { createNormalizer } from "./normalizers.ts";
import { createPreTokenizer } from "./pre-tokenizers.ts";
import { workFor } from "./work.ts";

interface Reference {
  readonly steps: Readonly<Record<string, { readonly normalizer: unknown; readonly pre_tokenizer: unknown }>>;
  readonly codePoints: readonly {
    readonly steps: string;
    readonly cuts: readonly string[];
    readonly runs: readonly (readonly [first: number, cut: number])[];
  }[];
  readonly texts: readonly { readonly steps: string; readonly pieces: readonly (readonly [string, string[]])[] }[];
  readonly added: readonly {
    readonly added_tokens: readonly { readonly id: number; readonly content: string }[];
    readonly normalizer: unknown;
    readonly texts: readonly (readonly [string, number[]])[];
  }[];
}

const reference = JSON.parse(
  readFileSync(new URL("../testing/tokenizer-reference.json", import.meta.url), "utf8"),
) as Reference;

function cutter(name: string): (text: string) => string[] {
  const normalize = createNormalizer(reference.steps[name]?.normalizer);
  const preTokenize = createPreTokenizer(reference.steps[name]?.pre_tokenizer);
  return (text) => {
    const work = workFor(text.length);
    return preTokenize([normalize(text, work)], work);
  };
}

const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
/** In characters; pieces are written in the byte alphabet. */
const lengthOf = (piece: string) => [...decoder.decode(bytesOfToken(piece) ?? undefined)].length;

describe.each(reference.codePoints)("code points by the steps of $steps", ({ steps, cuts, runs }) => {
  const cut = cutter(steps);
  const cutsOf = (code: number) => {
    const character = String.fromCodePoint(code);
    const contexts = [character, `a${character}b`, `1${character}2`, ` ${character}`];
    return contexts.map((text) => cut(text).map(lengthOf).join(",")).join(" ");
  };
  /** All of them with PIVOTSCOPE_ALL_CODE_POINTS=1, in some minutes; else the ends of each run and some within. */
  const stride = process.env.PIVOTSCOPE_ALL_CODE_POINTS ? 1 : 97;

  it("are cut as the library cuts them, alone, between letters, between digits and after a space", () => {
    const wrong: string[] = [];
    const see = (code: number, kind: number) => {
      if (code >= 0xd800 && code < 0xe000) return;
      const found = cutsOf(code);
      if (found !== cuts[kind]) wrong.push(`U+${code.toString(16)}: ${found}, not ${cuts[kind]}`);
    };
    for (const [index, [first, kind]] of runs.entries()) {
      const last = (runs[index + 1]?.[0] ?? 0x110000) - 1;
      for (let code = first; code < last; code += stride) see(code, kind);
      see(last, kind);
    }
    expect(runs.length).toBeGreaterThan(1000);
    expect(wrong).toEqual([]);
  }, 900_000);
});

describe.each(reference.texts)("texts by the steps of $steps", ({ steps, pieces }) => {
  it.each(pieces)("%j", (text, expected) => {
    expect(cutter(steps)(text)).toEqual(expected.filter((piece) => piece !== ""));
  });
});

describe("added tokens", () => {
  const vocab = Object.fromEntries(BYTE_CHARACTERS.map((character, id) => [character, id]));

  it.each(reference.added)("$added_tokens", ({ added_tokens, normalizer, texts }) => {
    const tokenizer = createTokenizer(
      JSON.stringify({
        added_tokens,
        normalizer,
        pre_tokenizer: { type: "ByteLevel", add_prefix_space: false, use_regex: true },
        decoder: { type: "ByteLevel" },
        model: { type: "BPE", vocab, merges: [] },
      }),
      null,
    );
    for (const [text, ids] of texts) expect([text, tokenizer.encode(text)]).toEqual([text, ids]);
  });
});
