"""Checkpoints of a run, written so that an interruption at any time leaves a whole one behind."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import torch
from torch import nn

NAME = "checkpoint.pt"


def save_checkpoint(
    run: Path, step: int, modules: dict[str, nn.Module], optimiser: torch.optim.Optimizer
) -> None:
    """Write weights, optimiser and step. Batches, noise and learning rate follow from the step alone."""
    state: dict[str, Any] = {name: module.state_dict() for name, module in modules.items()}
    state.update(step=step, optimiser=optimiser.state_dict(), random=torch.get_rng_state())
    temporary = run / f"{NAME}.part"
    torch.save(state, temporary)
    os.replace(temporary, run / NAME)


def read_checkpoint(run: Path) -> dict[str, Any] | None:
    """Return the run's checkpoint, or None when it holds none."""
    path = run / NAME
    return torch.load(path, map_location="cpu", weights_only=True) if path.exists() else None
