"""Write what transformers and autograd compute with small random decoders: the reference of the engine's text tests.

``tsx scripts/random-checkpoint.ts --config CONFIG --out DIR/NAME --dtype F32`` for every entry of
``src/engine/testing/text-reference-configs.json``, then
``python -m training.text_reference --models DIR --out src/engine/testing/text-references.json``
"""

from __future__ import annotations

import argparse
import hashlib
import json
from pathlib import Path
from typing import Any

import torch
from transformers import AutoModelForCausalLM

#: Lengths of prompts and traces: two batches of two, with padding inside.
LENGTHS = [(11, 9), (5, 7), (23, 8), (4, 12)]
PIVOTS = [[2, 6], [1], [3], [0, 9]]
BATCH_SIZE = 2
WINDOW = 1
TOKENS = 20
#: Matrices whose weight times gradient counts, the axis of their units, and how many lines a unit of attention has.
ATTENTION = [("q_proj", 0), ("o_proj", 1)]
MLP = [("gate_proj", 0), ("up_proj", 0), ("down_proj", 1)]


def ids(sample: int, count: int, offset: int, vocabulary: int) -> list[int]:
    """Return token ids that any language makes alike."""
    return [(7 * sample + 13 * (place + offset) ** 2 + 5 * place) % vocabulary for place in range(count)]


def rounded(values: Any) -> list[float]:
    """Return values with seven significant digits."""
    return [float(f"{value:.7g}") for value in values.flatten().tolist()]


def nll(model: Any, sample: dict[str, list[int]]) -> torch.Tensor:
    """Return the negative log-likelihood of every trace token."""
    whole = torch.tensor([sample["prompt"] + sample["trace"]])
    logits = model(whole).logits[0, len(sample["prompt"]) - 1 : -1]
    return torch.nn.functional.cross_entropy(logits, torch.tensor(sample["trace"]), reduction="none")


def attribution(model: Any, samples: list[dict[str, list[int]]], pivotal: bool) -> dict[str, torch.Tensor]:
    """Return the mean over batches of |weight x gradient| per unit."""
    sums: dict[str, torch.Tensor] = {}
    batches = [samples[i : i + BATCH_SIZE] for i in range(0, len(samples), BATCH_SIZE)]
    for batch in batches:
        counted = []
        for sample in batch:
            near = [p for p in range(len(sample["trace"])) if any(abs(p - q) <= WINDOW for q in sample["pivots"])]
            losses = nll(model, sample)
            counted.append(losses[near] if pivotal else losses)
        model.zero_grad()
        torch.cat(counted).mean().backward()
        for index, layer in enumerate(model.model.layers):
            heads = model.config.num_key_value_heads
            for kind, parts, units in (("attn", ATTENTION, heads), ("mlp", MLP, model.config.intermediate_size)):
                total = torch.zeros(units, dtype=torch.float64)
                for name, axis in parts:
                    weight = getattr(layer.self_attn if kind == "attn" else layer.mlp, name).weight
                    lines = (weight * weight.grad).abs().double().sum(1 - axis)
                    total += lines.reshape(units, -1).sum(1)
                key = f"text.{index}.{kind}"
                sums[key] = sums.get(key, torch.zeros_like(total)) + total / len(batches)
    return sums


def reference_of(folder: Path) -> dict[str, Any]:
    """Return the numbers of one model."""
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32, attn_implementation="eager").eval()
    vocabulary = model.config.vocab_size
    samples = [
        {"prompt": ids(i, prompt, 0, vocabulary), "trace": ids(i, trace, prompt, vocabulary), "pivots": PIVOTS[i]}
        for i, (prompt, trace) in enumerate(LENGTHS)
    ]
    with torch.no_grad():
        logits = model(torch.tensor([samples[2]["prompt"]])).logits[0, -1]
        likelihoods = [rounded(nll(model, sample)) for sample in samples]
        written = []
        for sample in samples[1:3]:
            tokens = list(sample["prompt"])
            for _ in range(TOKENS):
                tokens.append(int(model(torch.tensor([tokens])).logits[0, -1].argmax()))
            written.append(tokens[len(sample["prompt"]) :])
    weights = (folder / "model.safetensors").read_bytes()
    return {
        "weight_hash": hashlib.sha256(weights).hexdigest(),
        "window": WINDOW,
        "batch_size": BATCH_SIZE,
        "samples": samples,
        "last_logits": rounded(logits),
        "nll": likelihoods,
        "greedy": written,
        "attribution_global": {key: rounded(value) for key, value in attribution(model, samples, False).items()},
        "attribution_pivot": {key: rounded(value) for key, value in attribution(model, samples, True).items()},
    }


def main() -> None:
    """Read the arguments and write the file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--models", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    found = {folder.name: reference_of(folder) for folder in sorted(options.models.iterdir()) if folder.is_dir()}
    options.out.write_text(json.dumps(found, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
