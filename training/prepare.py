"""Tokenise a data folder once into flat arrays that training maps into memory.

``python -m training.prepare --data DATA --tokenizer RUN/tokenizer.json --out RUN/train``
"""

from __future__ import annotations

import argparse
import json
from array import array
from itertools import islice
from pathlib import Path

import numpy as np
from tokenizers import Tokenizer

from training.model import VISUAL_TOKENS
from training.scenes import cell_labels, read_scenes
from training.tokenizer import encode_prompts, encode_replies, load_tokenizer

CHUNK = 4_000


def prepare(data: Path, tokenizer: Tokenizer, out: Path) -> int:
    """Write the arrays of a data folder and return the number of samples.

    tokens (uint16, all sequences behind each other: prompt then reply), starts (int64, samples+1),
    prompts (int16, length of each prompt), kinds (int16), scenes (int32, index of the picture),
    cells (uint8, [scenes,9,4]) and kinds.json (the names).
    """
    tokens, starts, prompts = array("H"), array("q", [0]), array("h")
    kinds, pictures, cells = array("h"), array("i"), []
    names: dict[str, int] = {}
    scenes = enumerate(read_scenes(data))
    while chunk := list(islice(scenes, CHUNK)):
        samples = [(number, sample) for number, scene in chunk for sample in scene["samples"]]
        asked = encode_prompts(tokenizer, [s["question"] for _, s in samples], VISUAL_TOKENS)
        replies = encode_replies(tokenizer, [s["trace"] for _, s in samples])
        for (number, sample), prompt, reply in zip(samples, asked, replies, strict=True):
            tokens.extend(prompt)
            tokens.extend(reply)
            starts.append(len(tokens))
            prompts.append(len(prompt))
            kinds.append(names.setdefault(f"{sample['family']}/{sample['kind']}", len(names)))
            pictures.append(number)
        cells.extend(cell_labels(scene["objects"]) for _, scene in chunk)
    out.mkdir(parents=True, exist_ok=True)
    arrays = {
        "tokens": np.asarray(tokens),
        "starts": np.asarray(starts),
        "prompts": np.asarray(prompts),
        "kinds": np.asarray(kinds),
        "scenes": np.asarray(pictures),
        "cells": np.stack(cells),
    }
    for name, values in arrays.items():
        np.save(out / f"{name}.npy", values)
    (out / "kinds.json").write_text(json.dumps(list(names)))
    return len(prompts)


def main() -> None:
    """Command line of the module."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder written by npm run scenes")
    parser.add_argument("--tokenizer", type=Path, required=True, help="tokenizer.json")
    parser.add_argument("--out", type=Path, required=True, help="folder to write")
    arguments = parser.parse_args()
    count = prepare(arguments.data, load_tokenizer(arguments.tokenizer), arguments.out)
    print(f"{count} samples written to {arguments.out}")


if __name__ == "__main__":
    main()
