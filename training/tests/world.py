"""A handful of samples in the form that ``npm run scenes`` writes, made up for the checks."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from training.model import PICTURE_SIZE
from training.scenes import COLOURS, MATERIALS, SHAPES

SAMPLES_PER_SCENE = 2


def write_world(folder: Path, count: int, seed: int) -> None:
    """Write `count` scenes of one object each, with random pictures."""
    random = np.random.default_rng(seed)
    folder.mkdir(parents=True)
    lines = []
    for _ in range(count):
        shape, colour = random.choice(SHAPES), random.choice(COLOURS)
        material = random.choice(MATERIALS)
        one = {"shape": shape, "colour": colour, "material": material, "size": "large"}
        described = (
            f"Step 1: I observe a large {colour} {material} {shape}. Final Answer: one object"
        )
        coloured = f"Step 1: Therefore the {shape} is {colour}. Final Answer: {colour}"
        samples = [
            sample("describe", "describe", "Describe the picture.", described),
            sample("physical", "colour", f"What colour is the {shape}?", coloured),
        ]
        place = {"x": float(random.random()), "y": float(random.random())}
        lines.append(json.dumps({"objects": [{**one, **place}], "samples": samples}))
    (folder / "scenes.jsonl").write_text("\n".join(lines) + "\n")
    shape = (count, PICTURE_SIZE, PICTURE_SIZE, 3)
    random.integers(0, 256, shape, dtype=np.uint8).tofile(folder / "pictures.rgb")
    description = {"version": 1, "split": "train", "seed": seed, "count": count}
    (folder / "data.json").write_text(json.dumps({**description, "size": PICTURE_SIZE}))


def sample(family: str, kind: str, question: str, trace: str) -> dict[str, str]:
    """Return one sample."""
    answer = trace.rpartition(": ")[2]
    return {"family": family, "kind": kind, "question": question, "trace": trace, "answer": answer}
