"""What Hugging Face's tokenizers library makes of texts, for the tests of src/models/tokenizer.

    python -m training.tokenizer_reference

writes src/models/testing/tokenizer-reference.json:

- "steps": pre-tokenizers and normalizers as tokenizer.json has them.
- "codePoints": for some of the steps, how each code point is cut in four contexts: alone, between letters, between digits
  and after a space. A cut is the lengths of the pieces, in characters. Runs of equal cuts are one entry, [first code point,
  index into "cuts"]; surrogates are left out.
- "texts": normalised texts and their pieces.
- "added": ids of texts with added tokens, by a vocabulary of single bytes.
"""

import json
import random
from pathlib import Path

from tokenizers import Tokenizer, normalizers, pre_tokenizers

OUTPUT = Path(__file__).parent.parent / "src" / "models" / "testing" / "tokenizer-reference.json"

BYTE_LEVEL = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": True}
BYTES = {**BYTE_LEVEL, "use_regex": False}
LLAMA = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
QWEN = LLAMA.replace("{1,3}", "")
O200K = (
    r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
    r"|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
    r"|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)


def split(pattern, behavior="Isolated", invert=False, kind="Regex"):
    return {"type": "Split", "pattern": {kind: pattern}, "behavior": behavior, "invert": invert}


def sequence(*steps):
    return {"type": "Sequence", "pretokenizers": list(steps)}


STEPS = {
    "smolvlm": (None, sequence({"type": "Digits", "individual_digits": True}, BYTE_LEVEL)),
    "llama3": (None, sequence(split(LLAMA), BYTES)),
    "qwen2": ({"type": "NFC"}, sequence(split(QWEN), BYTES)),
    "o200k": (None, sequence(split(O200K), BYTES)),
    "gpt2": (None, BYTE_LEVEL),
    "prefix": (None, {**BYTE_LEVEL, "add_prefix_space": True}),
    "digits": (None, sequence({"type": "Digits", "individual_digits": False}, BYTE_LEVEL)),
    "falcon": (
        None,
        sequence(
            {"type": "Punctuation", "behavior": "Contiguous"},
            BYTE_LEVEL,
            {"type": "Digits", "individual_digits": False},
            split("[0-9][0-9][0-9]"),
        ),
    ),
    "thousands": (None, sequence(split(r"(?=(\d{3})+(?!\d))"), BYTES)),
    "words": (None, sequence(split(r"\w+|[^\w\s]+", "Removed", invert=True), BYTES)),
    "removed": (None, sequence(split(r"\s+", "Removed"), BYTES)),
    "previous": (None, sequence(split(" ", "MergedWithPrevious", kind="String"), BYTES)),
    "next": (None, sequence(split(r"\s", "MergedWithNext"), BYTES)),
    "contiguous": (None, sequence(split("[.,!?a]", "Contiguous"), BYTES)),
    "lazy": (None, sequence(split(r"(?<=a).*?b|\bst|x??y"), BYTES)),
    "empty": (None, sequence(split("e*"), BYTES)),
    "bert": (None, sequence({"type": "BertPreTokenizer"}, BYTES)),
    "whitespace": (None, sequence({"type": "Whitespace"}, BYTES)),
    "whitespaceSplit": (None, sequence({"type": "WhitespaceSplit"}, BYTES)),
    "delimiter": (None, sequence({"type": "CharDelimiterSplit", "delimiter": "-"}, BYTES)),
    "fixed": (None, sequence({"type": "FixedLength", "length": 3}, BYTES)),
    "clip": (
        {
            "type": "Sequence",
            "normalizers": [
                {"type": "NFC"},
                {"type": "Replace", "pattern": {"Regex": r"\s+"}, "content": " "},
                {"type": "Lowercase"},
            ],
        },
        BYTE_LEVEL,
    ),
    "replaced": ({"type": "Replace", "pattern": {"String": "."}, "content": "$&$1"}, BYTES),
    "stripped": ({"type": "Strip", "strip_left": True, "strip_right": True}, BYTES),
    "prepended": ({"type": "Prepend", "prepend": "_"}, BYTES),
    "compatible": ({"type": "NFKC"}, BYTES),
    "accents": ({"type": "Sequence", "normalizers": [{"type": "NFD"}, {"type": "StripAccents"}]}, BYTES),
    "bytes": ({"type": "ByteLevel"}, None),
}

TEXTS = [
    "",
    " ",
    "Is ½ of the pizza left?",
    "How large is it in m²? 1234567 or 12٣٤5",
    "  two  spaces\n\n and\r\n lines \t\u0085 next\ufeff mark\u00a0 ",
    "It's we'LL don't I'M they're 'twas",
    "STRASSE straße ΟΔΟΣ Σ İstanbul ﬁ ﬃ Ⅷ ③",
    "e\u0301te\u0301 été ﷺ q\u0307\u0323 각",
    "a-b--c-, x.y...z! what?! (yes) [no] {so} _under_score",
    "यहाँ ५ गेंदें हैं? كم عدد ٣ أشياء؟ 日本語のテキスト。中文，測試",
    "\U0001f600\U0001f468\u200d\U0001f469\u200d\U0001f467 \U0001d7d8\U0001d7d9 \U00033000",
    "aab stab xyy y best axb",
    "eee tree e",
    "$& $1 ..",
    "CamelCaseWord HTTPServer's 3.14 1,000,000 0x1F",
]

ADDED = ["<q>", "cat", "Cat", " sp", "ab", "abc", "é", "--", "e\u0301"]


def read_steps(normalizer, pre_tokenizer):
    """The library's own objects, by way of a whole tokenizer."""
    tokenizer = byte_tokenizer([], normalizer, pre_tokenizer)
    return tokenizer.normalizer, tokenizer.pre_tokenizer


def byte_characters():
    printable = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    moved = iter(range(0x100, 0x200))
    return [chr(byte) if byte in printable else chr(next(moved)) for byte in range(256)]


def byte_tokenizer(added, normalizer, pre_tokenizer):
    vocabulary = {character: index for index, character in enumerate(byte_characters())}
    return Tokenizer.from_str(
        json.dumps(
            {
                "version": "1.0",
                "truncation": None,
                "padding": None,
                "added_tokens": added,
                "normalizer": normalizer,
                "pre_tokenizer": pre_tokenizer,
                "post_processor": None,
                "decoder": BYTE_LEVEL,
                "model": {"type": "BPE", "vocab": vocabulary, "merges": []},
            }
        )
    )


def pieces(normalizer, pre_tokenizer, text):
    normal = normalizer.normalize_str(text) if normalizer else text
    return [piece for piece, _ in pre_tokenizer.pre_tokenize_str(normal)] if pre_tokenizer else [normal]


def cut(pre_tokenizer, text):
    return ",".join(str(end - start) for _, (start, end) in pre_tokenizer.pre_tokenize_str(text))


def code_points(name):
    """Runs of code points that are cut alike, and the kinds of cuts."""
    _, pre_tokenizer = read_steps(*STEPS[name])
    cuts, runs, last = [], [], None
    for code in [*range(0xD800), *range(0xE000, 0x110000)]:
        character = chr(code)
        contexts = (character, f"a{character}b", f"1{character}2", f" {character}")
        kind = " ".join(cut(pre_tokenizer, text) for text in contexts)
        if kind not in cuts:
            cuts.append(kind)
        index = cuts.index(kind)
        if index != last:
            runs.append([code, index])
            last = index
    return {"steps": name, "cuts": cuts, "runs": runs}


def added_cases(count=40):
    """Random added tokens and texts made of them, letters, marks and space."""
    chance = random.Random(7)
    words = [*ADDED, " ", "  ", "a", "b", "c", "1", ".", "\u0301", "\u00a0", "CAT", "\u200d", "Ⅷ", "½", "É"]
    cases = []
    for _ in range(count):
        contents = chance.sample(ADDED, chance.randint(1, 5))
        flags = ["single_word", "lstrip", "rstrip", "normalized", "special"]
        added = [
            {"id": 256 + index, "content": content, **{flag: chance.random() < 0.4 for flag in flags}}
            for index, content in enumerate(contents)
        ]
        normalizer = chance.choice([None, {"type": "Lowercase"}, {"type": "NFC"}, {"type": "Prepend", "prepend": "c"}])
        tokenizer = byte_tokenizer(added, normalizer, BYTE_LEVEL)
        # The library numbers what it adds itself, special tokens first.
        ids = {token["content"]: tokenizer.token_to_id(token["content"]) for token in added}
        texts = ["".join(chance.choices(words, k=chance.randint(1, 9))) for _ in range(10)]
        numbered = [{**token, "id": ids[token["content"]]} for token in added]
        cases.append(
            {
                "added_tokens": numbered,
                "normalizer": normalizer,
                "texts": [[text, tokenizer.encode(text).ids] for text in texts],
            }
        )
    return cases


def main():
    reference = {
        "steps": {name: {"normalizer": first, "pre_tokenizer": then} for name, (first, then) in STEPS.items()},
        "codePoints": [code_points(name) for name in ("smolvlm", "llama3", "words")],
        "texts": [
            {"steps": name, "pieces": [[text, pieces(*read_steps(*STEPS[name]), text)] for text in TEXTS]}
            for name in STEPS
        ],
        "added": added_cases(),
    }
    OUTPUT.write_text(json.dumps(reference, separators=(",", ":"), ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
