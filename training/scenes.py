"""Read the folders that ``npm run scenes`` writes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

SHAPES = ["ball", "cube", "cone", "cylinder", "ring"]
COLOURS = ["red", "orange", "yellow", "green", "blue", "purple", "pink"]
MATERIALS = ["wooden", "metal", "glass", "rubber"]
SIZES = ["small", "large"]
CELLS = 9


def read_description(folder: Path) -> dict[str, Any]:
    """Return data.json: split, seed, count and size of the pictures."""
    return json.loads((folder / "data.json").read_text())


def read_scenes(folder: Path) -> Iterator[dict[str, Any]]:
    """Yield each scene with its objects and samples, in order."""
    with (folder / "scenes.jsonl").open() as lines:
        for line in lines:
            yield json.loads(line)


def open_pictures(folder: Path) -> np.ndarray:
    """Return all pictures [N,S,S,3] as uint8, mapped into memory."""
    description = read_description(folder)
    size = description["size"]
    shape = (description["count"], size, size, 3)
    return np.memmap(folder / "pictures.rgb", dtype=np.uint8, mode="r", shape=shape)


def cell_labels(objects: list[dict[str, Any]]) -> np.ndarray:
    """Return what stands in each cell, [9,4]: shape (0 is empty), colour, material, size."""
    labels = np.zeros((CELLS, 4), dtype=np.uint8)
    for one in objects:
        cell = min(int(one["y"] * 3), 2) * 3 + min(int(one["x"] * 3), 2)
        labels[cell] = (
            1 + SHAPES.index(one["shape"]),
            COLOURS.index(one["colour"]),
            MATERIALS.index(one["material"]),
            SIZES.index(one["size"]),
        )
    return labels
