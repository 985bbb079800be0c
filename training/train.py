"""Train the bundled model; continues by itself where the run folder was left.

``python -m training.train --run RUN --data DATA --validation DATA``
"""

from __future__ import annotations

import argparse
import json
import time
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

import numpy as np
import torch
from tokenizers import Tokenizer
from torch import nn

from training.batches import BLOCK, Samples, draw_block, kind_shares, make_batch
from training.checkpoint import read_checkpoint, save_checkpoint
from training.marks import shares, table
from training.model import build_model
from training.prepare import prepare
from training.recipe import Recipe
from training.seeing import SeeingHead
from training.steps import make_optimiser, train_step
from training.tokenizer import load_tokenizer, padded_size
from training.validate import measure_seeing, measure_traces

REPORT = 50
SAVE = 500
MEASURE = 1_000
MEASURED_SAMPLES = 480


def open_samples(run: Path, name: str, data: Path, tokenizer: Tokenizer) -> Samples:
    """Open a data folder, tokenising it first when the run has not yet."""
    prepared = run / name
    if not (prepared / "kinds.json").exists():
        print(f"tokenising {data}", flush=True)
        prepare(data, tokenizer, prepared)
    return Samples(prepared, data)


class Run:
    """Everything one training run holds."""

    def __init__(self, arguments: argparse.Namespace, recipe: Recipe) -> None:
        self.folder: Path = arguments.run
        self.recipe = recipe
        self.device: str = arguments.device
        self.weights = {kind: float(w) for kind, w in (p.split("=") for p in arguments.weight)}
        self.tokenizer = load_tokenizer(self.folder / "tokenizer.json")
        self.samples = open_samples(self.folder, "train", arguments.data, self.tokenizer)
        self.validation = open_samples(
            self.folder, "validation", arguments.validation, self.tokenizer
        )
        self.model = build_model(padded_size(self.tokenizer), recipe.seed).to(self.device)
        self.head = SeeingHead(self.model.config.text_config.hidden_size).to(self.device)
        self.step = 0
        self.block: np.ndarray | None = None
        self.optimiser = self.new_optimiser()
        self.resume()

    def new_optimiser(self) -> torch.optim.AdamW:
        """Return an optimiser of the present phase: only what sees, or everything."""
        seeing: list[nn.Module] = [self.head]
        if self.recipe.phase(self.step) == "see":
            seeing += [self.model.model.vision_model, self.model.model.connector]
        else:
            seeing += [self.model]
        return make_optimiser(seeing, self.recipe)

    def resume(self) -> None:
        """Continue from the folder's checkpoint, if it holds one."""
        state = read_checkpoint(self.folder)
        if state is None:
            return
        self.step = state["step"]
        self.model.load_state_dict(state["model"])
        self.head.load_state_dict(state["head"])
        self.optimiser = self.new_optimiser()
        if self.step != self.recipe.seeing:
            self.optimiser.load_state_dict(state["optimiser"])
        torch.set_rng_state(state["random"])
        print(f"resumed at step {self.step}", flush=True)

    def save(self) -> None:
        """Write a checkpoint."""
        modules = {"model": self.model, "head": self.head}
        save_checkpoint(self.folder, self.step, modules, self.optimiser)

    def advance(self) -> dict[str, float]:
        """Do one step."""
        if self.step == self.recipe.seeing:
            self.optimiser = self.new_optimiser()
        recipe, step = self.recipe, self.step
        block_start = step - step % BLOCK
        weights = {**recipe.kind_weights(block_start), **self.weights}
        share = kind_shares(self.samples, recipe.describing(block_start), weights)
        if step == block_start or self.block is None:
            self.block = draw_block(self.samples, share, recipe.batch, recipe.seed, step // BLOCK)
        rows = self.block[step % BLOCK]
        batch = make_batch(self.samples, rows, recipe.seed, step, self.device)
        parts = train_step(self.model, self.head, self.optimiser, batch, recipe, step)
        self.step += 1
        return parts

    def record(self, entry: dict[str, Any]) -> None:
        """Append an entry to metrics.jsonl."""
        with (self.folder / "metrics.jsonl").open("a") as file:
            file.write(json.dumps({"step": self.step, **entry}) + "\n")

    def measure(self) -> None:
        """Measure on unseen scenes, print and record."""
        started = time.time()
        entry: dict[str, Any] = {
            "seeing": measure_seeing(self.model, self.head, self.validation, self.device)
        }
        print("  seeing " + " · ".join(f"{n} {v:.4f}" for n, v in entry["seeing"].items()))
        if self.recipe.phase(self.step - 1) != "see":
            for name, noise in (("picture", False), ("noise", True)):
                marks = measure_traces(
                    self.model,
                    self.tokenizer,
                    self.validation,
                    MEASURED_SAMPLES,
                    self.device,
                    noise,
                )
                families, kinds = shares(marks, "family"), shares(marks, "kind")
                entry[name] = {"families": families, "kinds": kinds}
                print(f"  {name}: {table(families)}")
                if not noise:
                    worst = sorted(
                        kinds.items(), key=lambda item: (item[1]["answer"], item[1]["trace"])
                    )
                    print(f"  worst: {table(dict(worst[:10]))}")
        self.record(entry)
        print(f"  measured in {time.time() - started:.0f} s", flush=True)


def train(run: Run, stop_at: int) -> None:
    """Train until step `stop_at`, reporting, measuring and saving on the way."""
    started, counted, sums = time.time(), 0, {}
    while run.step < stop_at:
        for name, value in run.advance().items():
            sums[name] = sums.get(name, 0.0) + value
        counted += 1
        if run.step % REPORT == 0:
            means = {name: value / counted for name, value in sums.items()}
            seconds = (time.time() - started) / counted
            losses = " ".join(f"{name} {value:.4f}" for name, value in means.items())
            rate = run.recipe.learning_rate(run.step - 1)
            print(f"{run.step} {losses} rate {rate:.2e} {seconds:.3f} s/step", flush=True)
            run.record({**means, "rate": rate, "seconds": seconds})
            started, counted, sums = time.time(), 0, {}
        last = run.step in (run.recipe.seeing, stop_at)
        if run.step % SAVE == 0 or last:
            run.save()
        if run.step % MEASURE == 0 or last:
            run.measure()
            started = time.time()


def parse_arguments() -> tuple[argparse.Namespace, Recipe]:
    """Read the command line: folders, and every number of the recipe as an option."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--run", type=Path, required=True, help="holds tokenizer.json; gets the rest"
    )
    parser.add_argument("--data", type=Path, required=True, help="training scenes")
    parser.add_argument("--validation", type=Path, required=True, help="validation scenes")
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument(
        "--threads", type=int, default=0, help="CPU threads; 0 leaves torch's choice"
    )
    parser.add_argument(
        "--weight",
        action="append",
        default=[],
        metavar="KIND=W",
        help="draw a kind W times as often",
    )
    for field in fields(Recipe):
        parser.add_argument(
            f"--{field.name.replace('_', '-')}", type=type(field.default), default=field.default
        )
    arguments = parser.parse_args()
    recipe = Recipe(**{field.name: getattr(arguments, field.name) for field in fields(Recipe)})
    return arguments, recipe


def main() -> None:
    """Command line of the module."""
    arguments, recipe = parse_arguments()
    if arguments.threads:
        torch.set_num_threads(arguments.threads)
    torch.manual_seed(recipe.seed)
    arguments.run.mkdir(parents=True, exist_ok=True)
    (arguments.run / "recipe.json").write_text(json.dumps(asdict(recipe), indent=1))
    run = Run(arguments, recipe)
    print(
        f"{sum(p.numel() for p in run.model.parameters())} parameters, {len(run.samples.kinds)} samples",
        flush=True,
    )
    train(run, recipe.steps)


if __name__ == "__main__":
    main()
