"""Train the byte-level BPE tokenizer on questions and traces, and write it in Hugging Face layout.

``python -m training.tokenizer --data DATA --out RUN/tokenizer``
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers, trainers

from training.prompt import SPECIAL_TOKENS, prompt_text, reply_text
from training.scenes import read_scenes

#: 7 special tokens, 256 bytes and merges enough for nearly every word of the world to be one token.
VOCABULARY_SIZE = 640
#: Scenes read for counting pairs: the language is small, more change nothing.
SCENES = 20_000


def train_tokenizer(texts: Iterator[str], vocabulary_size: int = VOCABULARY_SIZE) -> Tokenizer:
    """Return a byte-level BPE tokenizer whose first ids are the special tokens."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=vocabulary_size,
        special_tokens=[AddedToken(token, normalized=False) for token in SPECIAL_TOKENS],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(texts, trainer)
    return tokenizer


def texts_of(folder: Path, scenes: int) -> Iterator[str]:
    """Yield questions and traces as they stand between the special tokens of a prompt."""
    for number, scene in enumerate(read_scenes(folder)):
        if number >= scenes:
            return
        for sample in scene["samples"]:
            yield sample["question"]
            yield f" {sample['trace']}"
            yield "User:"
            yield "\nAssistant:"


def load_tokenizer(path: Path) -> Tokenizer:
    """Read a ``tokenizer.json``."""
    return Tokenizer.from_file(str(path))


def padded_size(tokenizer: Tokenizer, multiple: int = 64) -> int:
    """Return the vocabulary size rounded up, as the model's embedding has it."""
    return -(-tokenizer.get_vocab_size() // multiple) * multiple


def encode_prompts(
    tokenizer: Tokenizer, questions: list[str], visual_tokens: int
) -> list[list[int]]:
    """Return the prompt ids of each question."""
    texts = [prompt_text(question, visual_tokens) for question in questions]
    return [encoding.ids for encoding in tokenizer.encode_batch_fast(texts)]


def encode_replies(tokenizer: Tokenizer, traces: list[str]) -> list[list[int]]:
    """Return the reply ids of each trace, the end of the utterance included."""
    texts = [reply_text(trace) for trace in traces]
    return [encoding.ids for encoding in tokenizer.encode_batch_fast(texts)]


def main() -> None:
    """Command line of the module."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of training scenes")
    parser.add_argument("--out", type=Path, required=True, help="file to write, tokenizer.json")
    parser.add_argument("--vocabulary", type=int, default=VOCABULARY_SIZE)
    arguments = parser.parse_args()
    tokenizer = train_tokenizer(texts_of(arguments.data, SCENES), arguments.vocabulary)
    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    tokenizer.save(str(arguments.out))
    print(f"{tokenizer.get_vocab_size()} tokens written to {arguments.out}")


if __name__ == "__main__":
    main()
