"""Answer a data folder's questions with transformers' own generate, and write the traces down.

``python -m training.evaluate --model DIR --data DATA --out traces.json [--noise]``
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import numpy as np
import torch

from training.marks import mark, shares, table
from training.scenes import open_pictures, read_scenes
from training.transformers_model import load_model, load_processor, model_inputs

BATCH = 64
LONGEST = 160
NOISE_SEED = 7


def noise_pictures(shape: tuple[int, ...]) -> np.ndarray:
    """Return pictures of uniform noise."""
    return np.random.default_rng(NOISE_SEED).integers(0, 256, shape, dtype=np.uint8)


@torch.no_grad()
def answer(
    processor: Any, model: Any, pictures: list[np.ndarray], questions: list[str]
) -> list[str]:
    """Return the greedy trace of each question."""
    inputs = model_inputs(processor, pictures, questions).to(model.device)
    written = model.generate(**inputs, do_sample=False, max_new_tokens=LONGEST)
    replies = written[:, inputs["input_ids"].shape[1] :]
    return [text.strip() for text in processor.batch_decode(replies, skip_special_tokens=True)]


def evaluate(
    folder: Path, data: Path, device: str, noise: bool, limit: int | None
) -> list[dict[str, Any]]:
    """Return family, kind, reference and trace of every sample of a data folder."""
    processor, model = load_processor(folder), load_model(folder, device)
    pictures = open_pictures(data)
    shown = noise_pictures(pictures.shape) if noise else pictures
    samples = [
        (number, sample)
        for number, scene in enumerate(read_scenes(data))
        for sample in scene["samples"]
    ][:limit]
    rows: list[dict[str, Any]] = []
    for start in range(0, len(samples), BATCH):
        part = samples[start : start + BATCH]
        traces = answer(
            processor, model, [shown[n] for n, _ in part], [s["question"] for _, s in part]
        )
        for (_, sample), trace in zip(part, traces, strict=True):
            row = {"family": sample["family"], "kind": sample["kind"]}
            rows.append({**row, "reference": sample["trace"], "trace": trace})
        print(f"{len(rows)} of {len(samples)}", flush=True)
    return rows


def main() -> None:
    """Command line of the module."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path, required=True, help="model folder")
    parser.add_argument("--data", type=Path, required=True, help="folder of npm run scenes")
    parser.add_argument("--out", type=Path, required=True, help="file to write, traces.json")
    parser.add_argument("--noise", action="store_true", help="show noise instead of the pictures")
    parser.add_argument("--limit", type=int, help="only the first samples")
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    arguments = parser.parse_args()
    rows = evaluate(
        arguments.model, arguments.data, arguments.device, arguments.noise, arguments.limit
    )
    traces = [row["trace"] for row in rows]
    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    arguments.out.write_text(json.dumps({"traces": traces}, indent=1) + "\n")
    marks = [mark(row["family"], row["kind"], row["trace"], row["reference"]) for row in rows]
    print("answer/whole trace by family: " + table(shares(marks, "family")))
    print("by kind: " + table(shares(marks, "kind")))


if __name__ == "__main__":
    main()
