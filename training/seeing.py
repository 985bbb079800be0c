"""The throw-away head that teaches the vision tower to see.

A visual token covers exactly one cell of the scene's 3×3 grid (12×12 patches, pixel shuffle 4), so
a linear head over each of them names what stands there: shape (or nothing), colour, material, size.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from training.scenes import COLOURS, MATERIALS, SHAPES, SIZES

ATTRIBUTES = ["shape", "colour", "material", "size"]
CLASSES = [1 + len(SHAPES), len(COLOURS), len(MATERIALS), len(SIZES)]


class SeeingHead(nn.Module):
    """Linear classifiers over visual tokens [P,9,H]."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.names = nn.Linear(width, sum(CLASSES))

    def forward(self, visual: Tensor) -> list[Tensor]:
        """Return the scores of shape, colour, material and size, each [P,9,classes]."""
        return list(self.names(visual).float().split(CLASSES, dim=-1))


def seeing_loss(scores: list[Tensor], cells: Tensor) -> Tensor:
    """Mean cross-entropy over attributes; empty cells count for the shape only. cells: [P,9,4]."""
    occupied = cells[..., 0] > 0
    losses = [F.cross_entropy(scores[0].flatten(0, 1), cells[..., 0].flatten())]
    for attribute in range(1, len(CLASSES)):
        losses.append(F.cross_entropy(scores[attribute][occupied], cells[occupied][:, attribute]))
    return torch.stack(losses).mean()


def attribute_accuracies(scores: list[Tensor], cells: Tensor) -> dict[str, float]:
    """Return the share of cells (for the shape) or of objects (else) that are named rightly."""
    occupied = cells[..., 0] > 0
    result = {}
    for attribute, name in enumerate(ATTRIBUTES):
        right = scores[attribute].argmax(-1) == cells[..., attribute]
        result[name] = (right if attribute == 0 else right[occupied]).float().mean().item()
    return result
