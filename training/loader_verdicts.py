"""Write damaged copies of a small checkpoint, and what transformers makes of each.

``python -m training.loader_verdicts --model public/models/scenes --picture PICTURE --out DIR --count 200 --seed 1``
``npm run fuzz:verdicts -- DIR`` then holds the engine's verdict against it.

A copy has one or two fields of its config.json changed, or its tensors renamed, left out, cut, stored otherwise. A verdict
is the text that transformers writes about a picture, or why it does not load. Weights that transformers makes up because
they are not in the file are none that it has read: such a copy counts as not loaded.
"""

from __future__ import annotations

import argparse
import copy
import json
import random
import resource
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
import transformers
from PIL import Image
from safetensors.torch import load_file, save_file
from transformers import AutoModelForImageTextToText

from training.transformers_model import load_processor, model_inputs

QUESTION = "Which object is lowest?"
TOKENS = 24
#: Damaged configurations may describe any size; where it does not fit this address space, it is not loaded.
MEMORY = 6 * 2**30
WEIGHTS = "model.safetensors"
Tensors = dict[str, torch.Tensor]

VALUES: list[Any] = [None, True, False, 0, 1, 2, 3, -1, 0.5, 1e9, 2**40, "", "x", "silu", "gelu", [], [2], {}, {"a": 1}]


def containers(node: Any) -> list[dict[str, Any]]:
    """Return an object and all objects in it."""
    return [node, *(found for value in node.values() if isinstance(value, dict) for found in containers(value))]


def change_config(config: dict[str, Any], chance: random.Random) -> str:
    """Change one field in place; return what was done in words."""
    node = chance.choice(containers(config))
    key = chance.choice(sorted(node))
    old = node[key]
    kind = chance.randrange(5)
    if kind == 0:
        del node[key]
        return f"no {key}"
    if kind == 1 and isinstance(old, (int, float)) and not isinstance(old, bool):
        node[key] = chance.choice([old + 1, old - 1, old * 2, old / 2, -old, float(old)])
    elif kind == 2:
        node[key + "_"] = node.pop(key)
        return f"{key} renamed"
    else:
        node[key] = copy.deepcopy(chance.choice(VALUES))
    return f"{key} = {json.dumps(node[key])}"


def other_tensor(weights: Tensors, name: str, chance: random.Random) -> str:
    """Return the name of another tensor of the same shape, or the same name where there is none."""
    alike = [other for other in sorted(weights) if weights[other].shape == weights[name].shape and other != name]
    return chance.choice(alike) if alike else name


def change_weights(weights: Tensors, chance: random.Random) -> str:
    """Change one tensor in place; return what was done in words."""
    name = chance.choice(sorted(weights))
    tensor = weights[name]

    def swap() -> str:
        other = other_tensor(weights, name, chance)
        weights[name], weights[other] = weights[other], tensor
        return f"{name} and {other} swapped"

    def put(key: str, value: torch.Tensor, words: str) -> str:
        weights[key] = value.contiguous().clone()
        return words

    def rename(key: str) -> str:
        weights[key] = weights.pop(name)
        return f"{name} named {key}"

    changes: list[Callable[[], str]] = [
        swap,
        lambda: rename(name.removeprefix("model.")),
        lambda: rename(name + "_"),
        lambda: f"no {name}" if weights.pop(name) is not None else "",
        lambda: put("lm_head.weight", tensor.flip(0), f"{name} as a head"),
        lambda: put("more.weight", tensor, "a tensor more"),
        lambda: put(name, tensor.flatten(), f"{name} flat"),
        lambda: put(name, tensor[: max(1, tensor.shape[0] - 1)], f"{name} cut"),
        lambda: put(name, tensor.t() if tensor.dim() == 2 else tensor[None], f"{name} turned"),
        lambda: put(name, tensor.float(), f"{name} in float32"),
        lambda: put(name, tensor.half(), f"{name} in float16"),
        lambda: put(name, tensor.double(), f"{name} in float64"),
        lambda: put(name, tensor.to(torch.int32), f"{name} in int32"),
        lambda: put(name, tensor * 0, f"{name} zeroed"),
    ]
    return chance.choice(changes)()


def write_copy(source: Path, folder: Path, chance: random.Random) -> str:
    """Write one damaged copy; return what was done in words."""
    folder.mkdir()
    for file in source.iterdir():
        if file.suffix in (".json", ".jinja") and file.name not in ("config.json", "calibration.json", "evaluation.json"):
            shutil.copy(file, folder)
    config = json.loads((source / "config.json").read_text())
    done = []
    if chance.randrange(3) == 0:
        weights = load_file(source / WEIGHTS)
        done += [change_weights(weights, chance) for _ in range(1 + chance.randrange(4) // 3)]
        save_file(weights, folder / WEIGHTS, {"format": "pt"})
    else:
        (folder / WEIGHTS).symlink_to((source / WEIGHTS).resolve())
        done += [change_config(config, chance) for _ in range(1 + chance.randrange(4) // 3)]
    (folder / "config.json").write_text(json.dumps(config))
    return "; ".join(done)


@torch.no_grad()
def verdict_of(folder: Path, inputs: Any, processor: Any) -> dict[str, Any]:
    """Return the text that transformers writes, or why there is none."""
    try:
        model, loading = AutoModelForImageTextToText.from_pretrained(
            folder, dtype=torch.float32, output_loading_info=True
        )
        if loading["missing_keys"] or loading["mismatched_keys"]:
            return {"text": None, "why": f"made up: {sorted(loading['missing_keys'])[:3]}"}
        written = model.eval().generate(**inputs, do_sample=False, max_new_tokens=TOKENS)
        text = processor.tokenizer.decode(written[0, inputs["input_ids"].shape[1] :], skip_special_tokens=True)
        return {"text": text.strip(), "why": ""}
    except Exception as error:  # noqa: BLE001 (whatever it is, it does not load)
        return {"text": None, "why": f"{type(error).__name__}: {error}"[:300]}


def main() -> None:
    """Write copies and verdicts."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--model", type=Path, required=True)
    arguments.add_argument("--picture", type=Path, required=True)
    arguments.add_argument("--out", type=Path, required=True)
    arguments.add_argument("--count", type=int, default=200)
    arguments.add_argument("--seed", type=int, default=1)
    given = arguments.parse_args()
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    torch.set_num_threads(1)
    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    given.out.mkdir(parents=True)
    processor = load_processor(given.model)
    picture = np.asarray(Image.open(given.picture).convert("RGB"))
    inputs = model_inputs(processor, [picture], [QUESTION])
    copies = []
    for index in range(given.count):
        folder = given.out / f"{index:04}"
        done = write_copy(given.model, folder, random.Random(f"{given.seed}/{index}"))
        copies.append({"folder": folder.name, "done": done, **verdict_of(folder, inputs, processor)})
    record = {
        "question": QUESTION,
        "picture": str(given.picture.resolve()),
        "tokens": TOKENS,
        "transformers": transformers.__version__,
        "undamaged": verdict_of(given.model, inputs, processor)["text"],
        "copies": copies,
    }
    (given.out / "verdicts.json").write_text(json.dumps(record, indent=1))
    read = sum(one["text"] is not None for one in copies)
    print(f"{given.count} copies, of which transformers reads {read}")


if __name__ == "__main__":
    main()
