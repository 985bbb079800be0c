"""Write the sums that LLM-Pruner, FLAP and Wanda-SP score by, of the small Qwen3-VL, from torch autograd.

``python -m training.method_terms_reference --model DIR --out src/engine/testing/qwen3-vl/method-terms.json``

DIR is the folder that ``qwen3_vl_reference`` reads. Sums of a matrix are added up over the lines of each unit.
"""

from __future__ import annotations

import argparse
import json
from collections import defaultdict
from pathlib import Path
from typing import Any

import torch
from transformers import AutoModelForImageTextToText

from training.qwen3_vl_reference import BATCH, SAMPLES, inputs_of, losses_of, modules_of, rounded, sample_of

Scored = tuple[torch.nn.Parameter, int, int, slice | None]


def matrices_of(model: Any) -> dict[str, dict[str, Scored]]:
    """Return every module's matrices by name: weight, axis of its units' lines, lines of a unit, rows."""
    text = model.config.text_config
    found: dict[str, dict[str, Scored]] = {}
    for key, projection, scored in modules_of(model):
        tower, index, kind = key.split(".")
        if kind == "mlp":
            names = ("gate", "up", "down") if tower == "text" else ("fc1", "fc2")
            found[key] = dict(zip(names, scored, strict=True))
        elif tower == "text":
            attention = model.model.language_model.layers[int(index)].self_attn
            found[key] = {
                "query": scored[0],
                "key": (attention.k_proj.weight, 0, text.head_dim, None),
                "value": (attention.v_proj.weight, 0, text.head_dim, None),
                "output": scored[1],
            }
        else:
            weight, axis, lines, _ = scored[0]
            width = projection.weight.shape[0]
            thirds = {
                name: (weight, axis, lines, slice(place * width, (place + 1) * width))
                for place, name in enumerate(("query", "key", "value"))
            }
            found[key] = {**thirds, "output": scored[1]}
    return found


def gradients_of(model: Any, losses: torch.Tensor) -> dict[int, torch.Tensor]:
    """Return the gradient of the mean loss by each parameter, zeros where it has no part."""
    model.zero_grad()
    losses.mean().backward()
    return {id(p): torch.zeros_like(p) if p.grad is None else p.grad.clone() for p in model.parameters()}


def terms_of(model: Any, batches: list[list[dict[str, Any]]]) -> dict[str, Any]:
    """Return Taylor sums and magnitudes, means over batches, of each unit's lines in each matrix."""
    matrices = matrices_of(model)
    sums: dict[tuple[str, str, str], torch.Tensor] = {}
    for batch in batches:
        each = [gradients_of(model, losses_of(model, sample)) for sample in batch]
        whole = gradients_of(model, torch.cat([losses_of(model, sample) for sample in batch]))
        for key, named in matrices.items():
            for name, (parameter, axis, lines, rows) in named.items():
                part = slice(None) if rows is None else rows
                weight = parameter.detach()[part]
                first = weight * whole[id(parameter)][part]
                fisher = torch.stack([one[id(parameter)][part] ** 2 for one in each]).mean(0)
                second = weight**2 * fisher
                scores = {
                    "absolute": weight.abs().sum(1 - axis),
                    "square": (weight**2).sum(1 - axis),
                    "taylorVector": first.sum(1 - axis).abs(),
                    "taylorFirst": first.abs().sum(1 - axis),
                    "taylorSecond": second.sum(1 - axis),
                    "taylorMix": (first - second / 2).abs().sum(1 - axis),
                }
                for term, values in scores.items():
                    units = values.reshape(-1, lines).sum(1) / len(batches)
                    sums[key, name, term] = sums.get((key, name, term), 0) + units
    found: dict[str, Any] = {key: {name: {} for name in named} for key, named in matrices.items()}
    for (key, name, term), values in sums.items():
        found[key][name][term] = rounded(values)
    return found


def inputs_seen(model: Any, samples: list[dict[str, Any]]) -> dict[str, Any]:
    """Return mean, energy and FLAP's fluctuation of what goes into the decoder's last projections, by column."""
    seen: dict[str, list[torch.Tensor]] = defaultdict(list)
    handles = [
        projection.register_forward_pre_hook(
            lambda _, given, key=key: seen[key].append(given[0].reshape(-1, given[0].shape[-1]).double())
        )
        for key, projection, _ in modules_of(model)
        if key.startswith("text")
    ]
    with torch.no_grad():
        for sample in samples:
            model(**inputs_of(sample, model.config.vision_config, sample["prompt"] + sample["trace"]))
    for handle in handles:
        handle.remove()
    found = {}
    for key, parts in seen.items():
        mean, fluctuation = torch.zeros_like(parts[0][0]), torch.zeros_like(parts[0][0])
        for count, rows in enumerate(parts, 1):
            mean = mean + (rows.mean(0) - mean) / count
            fluctuation += (count - 1) / count * ((rows - mean) ** 2).sum(0) / (len(parts) - 1)
        energy = sum((rows**2).sum(0) for rows in parts) / len(parts)
        found[key] = {"mean": rounded(mean), "fluctuation": rounded(fluctuation), "energy": rounded(energy)}
    return found


def main() -> None:
    """Read the arguments and write the file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args()
    model = AutoModelForImageTextToText.from_pretrained(arguments.model, dtype=torch.float32).eval()
    samples = [sample_of(shape, seed) for seed, shape in enumerate(SAMPLES)]
    batches = [samples[start : start + BATCH] for start in range(0, len(samples), BATCH)]
    found = {"matrices": terms_of(model, batches), "inputs": inputs_seen(model, samples)}
    arguments.out.write_text(json.dumps(found) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
