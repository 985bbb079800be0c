"""The training forward and the generation against transformers' own, in float32."""

from __future__ import annotations

import numpy as np
import torch
from torch import nn

from training.forward import embed, normalised_pixels, text_states, vision_features
from training.generate import generate
from training.model import VISUAL_TOKENS, build_model
from training.prompt import END_ID, IMAGE_ID

TOLERANCE = 1e-5
FIRST = 5
VOCABULARY = 640


def shaken_model() -> nn.Module:
    """Return a model whose biases and norms are not at their first values, so that all count."""
    model = build_model(VOCABULARY, seed=3).eval()
    generator = torch.Generator().manual_seed(4)
    with torch.no_grad():
        for values in model.parameters():
            values.add_(torch.randn(values.shape, generator=generator) * 0.03)
    return model


def random_prompt(random: np.random.Generator, length: int) -> np.ndarray:
    """Return a prompt with visual tokens where training has them."""
    prompt = random.integers(7, VOCABULARY, length)
    prompt[FIRST : FIRST + VISUAL_TOKENS] = IMAGE_ID
    return prompt


@torch.no_grad()
def training_forward_is_transformers() -> None:
    """Logits of the fast forward equal those of Idefics3ForConditionalGeneration."""
    model, random = shaken_model(), np.random.default_rng(0)
    tokens = torch.from_numpy(np.stack([random_prompt(random, 60) for _ in range(3)]))
    pixels = normalised_pixels(torch.from_numpy(random.integers(0, 256, (3, 96, 96, 3))))
    states = text_states(model, embed(model, tokens, vision_features(model, pixels), FIRST))
    logits = states @ model.model.text_model.embed_tokens.weight.T
    expected = model(input_ids=tokens, pixel_values=pixels.permute(0, 3, 1, 2)[:, None]).logits
    difference = (logits - expected).abs().max().item()
    assert expected.std().item() > 0.1, "the logits are flat and prove nothing"
    assert difference < TOLERANCE * expected.abs().max().item(), (
        f"logits differ by {difference:.1e}"
    )


@torch.no_grad()
def cached_generation_is_transformers() -> None:
    """Batched generation over prompts of several lengths equals transformers' own, one by one."""
    model, random = shaken_model(), np.random.default_rng(1)
    prompts = [random_prompt(random, length) for length in (22, 30, 25)]
    pixels = normalised_pixels(torch.from_numpy(random.integers(0, 256, (3, 96, 96, 3))))
    replies = generate(model, pixels, prompts, FIRST, longest=20)
    for row, prompt in enumerate(prompts):
        whole = model.generate(
            input_ids=torch.from_numpy(prompt)[None],
            pixel_values=pixels[row].permute(2, 0, 1)[None, None],
            do_sample=False,
            max_new_tokens=20,
        )[0, len(prompt) :].tolist()
        expected = whole[: whole.index(END_ID)] if END_ID in whole else whole
        found = replies[row][: len(expected)]
        assert found == expected, f"reply {row} is {found}, transformers writes {expected}"
