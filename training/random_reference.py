"""Write what transformers computes with random weights in SmolVLM's shape: the reference of the engine's tests.

``tsx scripts/random-checkpoint.ts --config SMOLVLM --tensors tensors.json --out DIR``
``python -m training.random_reference --model DIR --out reference.json``

The picture is a formula and the prompt is a list of ids, so that the tests need neither tokenizer nor photographs.
"""

from __future__ import annotations

import argparse
import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np
import torch
import transformers
from transformers import AutoModelForImageTextToText

IMAGE_ID = 49190
#: "<|im_start|>User:<image>Can you describe this image?<end_of_utterance>\nAssistant:" with one frame of 64 image
#: tokens, as SmolVLM's processor writes it.
PROMPT = [1, 11126, 42, 49189, 49152, *[IMAGE_ID] * 64, 49189]
PROMPT += [7306, 346, 5125, 451, 2443, 47, 49279, 198, 9519, 9531, 42]
#: Positions at the prompt's end whose logits are written, and how many entries of each.
POSITIONS = 4
ENTRIES = 240
#: An entry is written of every so many; coprime to the sizes of parts that a table may be held in.
STRIDE = 211
TOKENS = 32


def picture(size: int) -> np.ndarray:
    """Return a normalised frame [3, size, size]: waves, edges and a gradient, equal in any language."""
    y, x = np.mgrid[0:size, 0:size]
    channels = [((3 + c) * x + (5 - c) * y + ((x * y) >> (5 + c))) & 255 for c in range(3)]
    return np.stack(channels).astype(np.float32) / np.float32(127.5) - np.float32(1)


def rounded(values: torch.Tensor) -> list[float]:
    """Return values with seven significant digits."""
    return [float(f"{value:.7g}") for value in values.tolist()]


def sha256(path: Path) -> str:
    """Return a file's hash in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@torch.no_grad()
def reference_of(model: Any) -> dict[str, Any]:
    """Return logits of the prompt's last positions and the greedy continuation with its lead at every step."""
    frame = torch.from_numpy(picture(model.config.vision_config.image_size))
    inputs = {"input_ids": torch.tensor([PROMPT]), "pixel_values": frame[None, None]}
    logits = model(**inputs).logits[0, -POSITIONS:]
    entries = [(index * STRIDE) % logits.shape[1] for index in range(ENTRIES)]
    written = model.generate(
        **inputs,
        attention_mask=torch.ones_like(inputs["input_ids"]),
        do_sample=False,
        max_new_tokens=TOKENS,
        eos_token_id=[],
        output_logits=True,
        return_dict_in_generate=True,
    )
    best = torch.stack([step[0].topk(2).values for step in written.logits])
    return {
        "prompt": PROMPT,
        "entries": entries,
        "logits": [rounded(row[entries]) for row in logits],
        "maximum": rounded(logits.max(dim=1).values),
        "argmax": logits.argmax(dim=1).tolist(),
        "mean": rounded(logits.mean(dim=1)),
        "deviation": rounded(logits.std(dim=1)),
        "tokens": written.sequences[0, len(PROMPT) :].tolist(),
        "leads": rounded(best[:, 0] - best[:, 1]),
    }


def main() -> None:
    """Command line of the module."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path, required=True, help="folder of random-checkpoint.ts")
    parser.add_argument("--out", type=Path, required=True, help="file to write, JSON")
    arguments = parser.parse_args()
    model = AutoModelForImageTextToText.from_pretrained(
        arguments.model, dtype=torch.float32, attn_implementation="eager"
    ).eval()
    note = f"float32 arithmetic on the stored weights, eager attention; transformers {transformers.__version__}"
    numbers = {
        "note": note,
        "weightHash": sha256(arguments.model / "model.safetensors"),
        **reference_of(model),
    }
    arguments.out.write_text(json.dumps(numbers) + "\n")
    print(f"smallest lead {min(numbers['leads'])}; written to {arguments.out}")


if __name__ == "__main__":
    main()
