"""An interrupted run goes on as if it had not been interrupted."""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from training.recipe import Recipe
from training.tests.world import write_world
from training.tokenizer import texts_of, train_tokenizer
from training.train import Run

RECIPE = Recipe(seeing=2, reasoning=4, practice=2, batch=4)


def started(folder: Path) -> Run:
    """Return a run of the folder, continued when it holds a checkpoint."""
    arguments = argparse.Namespace(
        run=folder / "run",
        data=folder / "train",
        validation=folder / "validation",
        device="cpu",
        weight=[],
    )
    return Run(arguments, RECIPE)


def resumed_run_takes_the_same_step() -> None:
    """The loss after a resume equals that of the run that went on, in every phase and between."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_world(folder / "train", 40, seed=1)
        write_world(folder / "validation", 8, seed=2)
        (folder / "run").mkdir()
        tokenizer = train_tokenizer(texts_of(folder / "train", 40), 400)
        tokenizer.save(str(folder / "run" / "tokenizer.json"))
        run = started(folder)
        for step in range(RECIPE.steps - 1):
            run.save()
            resumed = started(folder)
            assert resumed.step == step, f"resumed at {resumed.step} instead of {step}"
            expected, found = run.advance(), resumed.advance()
            assert found == expected, f"step {step}: {found} instead of {expected}"
