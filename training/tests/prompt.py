"""The tokenizer, and the prompt that training makes against the one of the processor."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np

from training.layout import write_small_files
from training.model import PICTURE_SIZE, VISUAL_TOKENS
from training.prompt import END_ID, SPECIAL_TOKENS, reply_text
from training.tests.world import write_world
from training.tokenizer import (
    encode_prompts,
    encode_replies,
    padded_size,
    texts_of,
    train_tokenizer,
)
from training.transformers_model import load_processor, model_inputs

QUESTIONS = ["What colour is the ball?", "Why – is the “ball” grün, 42 or not?\nSay so."]


def tokens_survive_a_round_trip() -> None:
    """Any text comes back from its tokens; special tokens have the ids 0 to 6."""
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "world"
        write_world(data, 30, seed=1)
        tokenizer = train_tokenizer(texts_of(data, 30), 400)
    for number, token in enumerate(SPECIAL_TOKENS):
        assert tokenizer.token_to_id(token) == number, f"{token} is not token {number}"
    for text in QUESTIONS:
        [ids] = encode_replies(tokenizer, [text])
        assert ids[-1] == END_ID, "a reply does not end with the end token"
        back = tokenizer.decode(ids, skip_special_tokens=False)
        assert back == reply_text(text), f"{text!r} came back as {back!r}"


def prompt_is_the_processors() -> None:
    """AutoProcessor makes the same prompt ids and the same pixels from the exported files."""
    picture = np.random.default_rng(2).integers(0, 256, (PICTURE_SIZE, PICTURE_SIZE, 3), np.uint8)
    with tempfile.TemporaryDirectory() as folder:
        data, model = Path(folder) / "world", Path(folder) / "model"
        write_world(data, 30, seed=1)
        model.mkdir()
        tokenizer = train_tokenizer(texts_of(data, 30), 400)
        tokenizer.save(str(model / "tokenizer.json"))
        write_small_files(model, padded_size(tokenizer))
        processor = load_processor(model)
    for question, expected in zip(
        QUESTIONS, encode_prompts(tokenizer, QUESTIONS, VISUAL_TOKENS), strict=True
    ):
        inputs = model_inputs(processor, [picture], [question])
        assert inputs["input_ids"][0].tolist() == expected, f"another prompt for {question!r}"
        pixels = inputs["pixel_values"][0, 0].permute(1, 2, 0).numpy()
        difference = np.abs(pixels - (picture / 127.5 - 1.0)).max()
        assert difference < 1e-6, f"pixels differ by {difference:.1e}"
