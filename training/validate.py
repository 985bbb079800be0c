"""Measurements on unseen scenes while a model trains."""

from __future__ import annotations

import torch
from tokenizers import Tokenizer
from torch import nn

from training.batches import Samples
from training.forward import normalised_pixels, vision_features
from training.generate import generate
from training.marks import Mark, mark
from training.seeing import SeeingHead, attribute_accuracies

BATCH = 128


def pixels_of(
    samples: Samples, scenes: list[int], device: str, noise: bool = False
) -> torch.Tensor:
    """Return normalised pictures [B,96,96,3] of scenes, or as many pictures of noise."""
    pictures = torch.from_numpy(samples.pictures[scenes])
    if noise:
        generator = torch.Generator().manual_seed(7)
        pictures = torch.randint(0, 256, pictures.shape, dtype=torch.uint8, generator=generator)
    return normalised_pixels(pictures.to(device))


@torch.no_grad()
def measure_seeing(
    model: nn.Module, head: SeeingHead, samples: Samples, device: str
) -> dict[str, float]:
    """Return the accuracy of each attribute on all pictures of a folder."""
    scores, count = [], len(samples.cells)
    for start in range(0, count, BATCH):
        scenes = list(range(start, min(start + BATCH, count)))
        scores.append(head(vision_features(model, pixels_of(samples, scenes, device))))
    joined = [torch.cat(parts) for parts in zip(*scores, strict=True)]
    cells = torch.from_numpy(samples.cells.astype("int64")).to(device)
    return attribute_accuracies(joined, cells)


def measure_traces(
    model: nn.Module,
    tokenizer: Tokenizer,
    samples: Samples,
    count: int,
    device: str,
    noise: bool = False,
) -> list[Mark]:
    """Generate the traces of the first `count` samples and compare them with their references."""
    marks = []
    for start in range(0, min(count, len(samples.kinds)), BATCH):
        rows = list(range(start, min(start + BATCH, count, len(samples.kinds))))
        pixels = pixels_of(samples, [int(samples.scenes[row]) for row in rows], device, noise)
        replies = generate(model, pixels, [samples.prompt(row) for row in rows], samples.first)
        for row, reply in zip(rows, replies, strict=True):
            family, kind = samples.names[samples.kinds[row]].split("/")
            reference = tokenizer.decode(samples.reply(row).tolist(), skip_special_tokens=True)
            marks.append(mark(family, kind, tokenizer.decode(reply), reference))
    return marks
