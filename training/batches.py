"""Training batches: seeded, of one length nearly, and a function of the step alone (so resumable).

A block of BLOCK batches is drawn at once and sorted by length, which saves most of the padding; the
batches of a block are then used in a random order.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from training.prompt import IMAGE_ID, PAD_ID
from training.scenes import open_pictures

BLOCK = 16
NOISE = 4.0
#: Shapes are rounded up to these, for matrix kernels are prepared anew for every new shape.
LENGTH_STEP = 16
TARGET_STEP = 512
NO_TARGET = -100


@dataclass
class Batch:
    """B samples on the device that trains.

    pictures [B,96,96,3] float32 of 0…255 with noise; tokens [B,T] padded on the right; positions
    (flat indices into B·T) of the hidden states that predict reply tokens, and those targets (with
    NO_TARGET where there is nothing to predict);
    cells [B,9,4] for the seeing head; first, the position of the first visual token.
    """

    pictures: Tensor
    tokens: Tensor
    positions: Tensor
    targets: Tensor
    cells: Tensor
    first: int


class Samples:
    """The prepared arrays of one data folder with its pictures, mapped into memory."""

    def __init__(self, prepared: Path, data: Path) -> None:
        self.tokens = np.load(prepared / "tokens.npy", mmap_mode="r")
        self.starts = np.load(prepared / "starts.npy")
        self.prompts = np.load(prepared / "prompts.npy")
        self.kinds = np.load(prepared / "kinds.npy")
        self.scenes = np.load(prepared / "scenes.npy")
        self.cells = np.load(prepared / "cells.npy")
        self.names: list[str] = json.loads((prepared / "kinds.json").read_text())
        self.pictures = open_pictures(data)
        self.by_kind = [np.flatnonzero(self.kinds == kind) for kind in range(len(self.names))]
        self.first = int(np.flatnonzero(self.sequence(0) == IMAGE_ID)[0])

    def sequence(self, index: int) -> np.ndarray:
        """Return prompt and reply ids of a sample."""
        return self.tokens[self.starts[index] : self.starts[index + 1]]

    def prompt(self, index: int) -> np.ndarray:
        """Return the prompt ids of a sample."""
        start = self.starts[index]
        return self.tokens[start : start + self.prompts[index]]

    def reply(self, index: int) -> np.ndarray:
        """Return the reply ids of a sample."""
        return self.tokens[self.starts[index] + self.prompts[index] : self.starts[index + 1]]


def kind_shares(samples: Samples, describe: float, weights: dict[str, float]) -> np.ndarray:
    """Return how often each kind is drawn: `describe` for describing, the rest by weight (else 1)."""
    shares = np.array([weights.get(name.split("/")[1], 1.0) for name in samples.names])
    describing = np.array([name.startswith("describe/") for name in samples.names])
    shares[describing] = describe / describing.sum()
    shares[~describing] *= (1.0 - describe) / shares[~describing].sum()
    return shares


def draw_block(
    samples: Samples, shares: np.ndarray, size: int, seed: int, block: int
) -> np.ndarray:
    """Return the sample indices [BLOCK,size] of a block: sorted by length, then shuffled by batch."""
    random = np.random.default_rng([seed, block])
    kinds = random.choice(len(shares), size=BLOCK * size, p=shares)
    chosen = np.empty(BLOCK * size, dtype=np.int64)
    for kind in np.unique(kinds):
        mask = kinds == kind
        pool = samples.by_kind[kind]
        chosen[mask] = pool[random.integers(len(pool), size=int(mask.sum()))]
    lengths = samples.starts[chosen + 1] - samples.starts[chosen]
    batches = chosen[np.argsort(lengths, kind="stable")].reshape(BLOCK, size)
    return batches[random.permutation(BLOCK)]


def noisy_pictures(pictures: np.ndarray, seed: int, step: int) -> Tensor:
    """Return pictures as float32 with pixel noise, as a photograph of the same scene would have."""
    generator = torch.Generator().manual_seed(seed * 1_000_003 + step)
    clean = torch.from_numpy(pictures).float()
    noise = torch.empty_like(clean).normal_(0.0, NOISE, generator=generator)
    return clean.add_(noise).clamp_(0.0, 255.0)


def round_up(number: int, step: int) -> int:
    """Return the next multiple of `step`."""
    return -(-number // step) * step


def make_batch(samples: Samples, indices: np.ndarray, seed: int, step: int, device: str) -> Batch:
    """Gather the samples of one batch."""
    lengths = samples.starts[indices + 1] - samples.starts[indices]
    width = round_up(int(lengths.max()) - 1, LENGTH_STEP)
    tokens = np.full((len(indices), width), PAD_ID, dtype=np.int64)
    positions, targets = [], []
    for row, index in enumerate(indices):
        sequence = samples.sequence(index)
        tokens[row, : len(sequence) - 1] = sequence[:-1]
        prompt = int(samples.prompts[index])
        positions.append(row * width + np.arange(prompt - 1, len(sequence) - 1))
        targets.append(sequence[prompt:].astype(np.int64))
    count = sum(len(part) for part in targets)
    filler = round_up(count, TARGET_STEP) - count
    positions.append(np.zeros(filler, dtype=np.int64))
    targets.append(np.full(filler, NO_TARGET, dtype=np.int64))
    pictures = noisy_pictures(samples.pictures[samples.scenes[indices]], seed, step)
    return Batch(
        pictures=pictures.to(device),
        tokens=torch.from_numpy(tokens).to(device),
        positions=torch.from_numpy(np.concatenate(positions)).to(device),
        targets=torch.from_numpy(np.concatenate(targets)).to(device),
        cells=torch.from_numpy(samples.cells[samples.scenes[indices]].astype(np.int64)).to(device),
        first=samples.first,
    )
