"""Write what transformers and torch autograd give for a small random Qwen3-VL: the reference of the engine's tests.

``npx tsx scripts/random-checkpoint.ts --config src/engine/testing/qwen3-vl/config.json --out DIR --dtype F32``
``python -m training.qwen3_vl_reference --model DIR --out src/engine/testing/qwen3-vl/expected.json``

Pictures are formulas and prompts are lists of ids, so that the tests need neither tokenizer nor photographs.
"""

from __future__ import annotations

import argparse
import json
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import torch
import transformers
from torch.nn.functional import cross_entropy, kl_div, log_softmax
from transformers import AutoModelForImageTextToText

IMAGE, START, END = 90, 88, 89
WINDOW, BATCH = 8, 2
TOKENS = 24
#: Height and width of each sample's pictures, and how long its question and its trace are.
SAMPLES = [([(24, 40)], 9, 31), ([(16, 32)], 8, 25), ([], 12, 20), ([(40, 16)], 7, 33)]
TWO_PICTURES = ([(16, 24), (32, 16)], 9, 21)
PIVOTS = [0, 14]


def picture(height: int, width: int, seed: int) -> np.ndarray:
    """Return normalised pixels [3, height, width]: waves and edges, multiples of a sixteenth."""
    y, x = np.mgrid[0:height, 0:width]
    channels = [((3 + c + seed) * x + (5 - c) * y * y + ((x * y) >> 1)) & 31 for c in range(3)]
    return np.stack(channels).astype(np.float32) / np.float32(16) - np.float32(1)


def patches_of(pixels: np.ndarray, patch: int, merge: int, times: int) -> np.ndarray:
    """Cut pixels into rows as the processor does: block by block, each pixel once for every time."""
    channels, height, width = pixels.shape
    rows, columns = height // patch, width // patch
    cut = pixels.reshape(channels, rows // merge, merge, patch, columns // merge, merge, patch)
    cut = cut.transpose(1, 4, 2, 5, 0, 3, 6).reshape(rows * columns, channels, 1, patch, patch)
    return np.repeat(cut, times, axis=2).reshape(rows * columns, -1)


def sample_of(shape: tuple[list[tuple[int, int]], int, int], seed: int) -> dict[str, Any]:
    """Return a sample's pixels and ids."""
    sizes, question, trace = shape
    numbers = np.random.default_rng(seed)
    pictures = [picture(height, width, seed + place) for place, (height, width) in enumerate(sizes)]
    prompt = [84]
    for height, width in sizes:
        prompt += [START, *[IMAGE] * (height * width // 64), END]
    prompt += [int(number) for number in numbers.integers(5, 80, question)]
    return {
        "pictures": pictures,
        "prompt": prompt,
        "trace": [int(number) for number in numbers.integers(5, 80, trace - 1)] + [87],
        "pivots": PIVOTS,
    }


def inputs_of(sample: dict[str, Any], vision: Any, ids: list[int]) -> dict[str, torch.Tensor]:
    """Return what the model is called with."""
    given = {"input_ids": torch.tensor([ids])}
    given["mm_token_type_ids"] = (given["input_ids"] == IMAGE).int()
    if sample["pictures"]:
        patch, merge = vision.patch_size, vision.spatial_merge_size
        cut = [patches_of(pixels, patch, merge, vision.temporal_patch_size) for pixels in sample["pictures"]]
        given["pixel_values"] = torch.from_numpy(np.concatenate(cut))
        grids = [(1, pixels.shape[1] // patch, pixels.shape[2] // patch) for pixels in sample["pictures"]]
        given["image_grid_thw"] = torch.tensor(grids)
    return given


def trace_logits(model: Any, sample: dict[str, Any]) -> torch.Tensor:
    """Return logits of the positions that predict the trace."""
    ids = sample["prompt"] + sample["trace"]
    logits = model(**inputs_of(sample, model.config.vision_config, ids)).logits[0]
    return logits[len(sample["prompt"]) - 1 : -1]


def losses_of(model: Any, sample: dict[str, Any]) -> torch.Tensor:
    """Return the negative log-likelihood of every trace token."""
    return cross_entropy(trace_logits(model, sample), torch.tensor(sample["trace"]), reduction="none")


def modules_of(model: Any) -> Iterator[tuple[str, Any, list[tuple[torch.nn.Parameter, int, int, slice | None]]]]:
    """Yield each module's key, its last projection, and its scored weights: axis of units, lines of each, rows."""
    text = model.config.text_config
    repeat = text.num_attention_heads // text.num_key_value_heads
    for index, layer in enumerate(model.model.language_model.layers):
        attention, mlp = layer.self_attn, layer.mlp
        lines = repeat * text.head_dim
        weights = [(attention.q_proj.weight, 0, lines, None), (attention.o_proj.weight, 1, lines, None)]
        yield f"text.{index}.attn", attention.o_proj, weights
        weights = [(mlp.gate_proj.weight, 0, 1, None), (mlp.up_proj.weight, 0, 1, None)]
        yield f"text.{index}.mlp", mlp.down_proj, [*weights, (mlp.down_proj.weight, 1, 1, None)]
    for index, block in enumerate(model.model.visual.blocks):
        width = block.attn.proj.weight.shape[0]
        lines = width // model.config.vision_config.num_heads
        weights = [(block.attn.qkv.weight, 0, lines, slice(0, width)), (block.attn.proj.weight, 1, lines, None)]
        yield f"vision.{index}.attn", block.attn.proj, weights
        weights = [(block.mlp.linear_fc1.weight, 0, 1, None), (block.mlp.linear_fc2.weight, 1, 1, None)]
        yield f"vision.{index}.mlp", block.mlp.linear_fc2, weights


def attribution_of(model: Any, batches: list[list[dict[str, Any]]], counted: Callable[[int, Any], bool]) -> Any:
    """Return the mean over batches of each unit's sum of |W * G|, G of the mean loss of the tokens that count."""
    sums: dict[str, torch.Tensor] = {}
    for batch in batches:
        model.zero_grad()
        losses = [
            loss
            for sample in batch
            for token, loss in enumerate(losses_of(model, sample))
            if counted(token, sample)
        ]
        torch.stack(losses).mean().backward()
        for key, _, weights in modules_of(model):
            for weight, axis, lines, rows in weights:
                product = (weight * weight.grad).abs() if weight.grad is not None else torch.zeros_like(weight)
                product = product if rows is None else product[rows]
                units = product.sum(1 - axis).reshape(-1, lines).sum(1).detach()
                sums[key] = sums.get(key, 0) + units / len(batches)
    return sums


def signals_of(model: Any, samples: list[dict[str, Any]]) -> tuple[dict[str, float], dict[str, float]]:
    """Return CMDS and Sens of every module over all tokens of all samples."""
    seen = defaultdict(list)
    handles = [
        projection.register_forward_hook(lambda _, __, output, key=key: seen[key].append(output.reshape(-1, output.shape[-1])))
        for key, projection, _ in modules_of(model)
    ]
    visual = []
    with torch.no_grad():
        for sample in samples:
            ids = sample["prompt"] + sample["trace"]
            model(**inputs_of(sample, model.config.vision_config, ids))
            visual += [position < len(sample["prompt"]) and token == IMAGE for position, token in enumerate(ids)]
    for handle in handles:
        handle.remove()
    mask = torch.tensor(visual)
    cmds, sens = {}, {}
    for key, parts in seen.items():
        rows = torch.cat(parts)
        norms = rows.norm(dim=1)
        sens[key] = float((norms**2).mean().sqrt())
        apart = float((rows[mask].mean(0) - rows[~mask].mean(0)).norm()) if key.startswith("text") else 0.0
        cmds[key] = apart / (float(norms.mean()) + 1e-6)
    return cmds, sens


@contextmanager
def masked(model: Any, keep: dict[str, list[int]]) -> Iterator[None]:
    """Take units away by zeros in the inputs of last projections."""
    handles = []
    for key, projection, weights in modules_of(model):
        columns = torch.tensor(keep[key], dtype=torch.float32).repeat_interleave(weights[-1][2])
        handles.append(projection.register_forward_pre_hook(lambda _, given, columns=columns: (given[0] * columns,)))
    yield
    for handle in handles:
        handle.remove()


def rounded(values: torch.Tensor) -> list[float]:
    """Return values with seven significant digits."""
    return [float(f"{value:.7g}") for value in values.flatten().tolist()]


def costs_of(model: Any) -> dict[str, int]:
    """Return parameters of a unit of each kind."""
    text, vision = model.config.text_config, model.config.vision_config
    repeat, head = text.num_attention_heads // text.num_key_value_heads, vision.hidden_size // vision.num_heads
    return {
        "text.attn": (2 + 2 * repeat) * text.head_dim * text.hidden_size,
        "text.mlp": 3 * text.hidden_size,
        "vision.attn": 4 * head * vision.hidden_size + 3 * head,
        "vision.mlp": 2 * vision.hidden_size + 1,
    }


def described(sample: dict[str, Any]) -> dict[str, Any]:
    """Return a sample as the tests read it."""
    pictures = [{"pixel_values": rounded(torch.from_numpy(p)), "pixel_shape": list(p.shape)} for p in sample["pictures"]]
    return {"pictures": pictures, **{name: sample[name] for name in ("prompt", "trace", "pivots")}}


def reference_of(model: Any) -> dict[str, Any]:
    """Return everything."""
    samples = [sample_of(shape, seed) for seed, shape in enumerate(SAMPLES)]
    two = sample_of(TWO_PICTURES, len(SAMPLES))
    batches = [samples[start : start + BATCH] for start in range(0, len(samples), BATCH)]
    whole = attribution_of(model, batches, lambda _, __: True)
    near = lambda token, sample: any(abs(token - pivot) <= WINDOW for pivot in sample["pivots"])  # noqa: E731
    pivot = attribution_of(model, batches, near)
    cmds, sens = signals_of(model, samples)
    # Of every module's units those above the lowest three tenths stay.
    keep = {key: (units > torch.quantile(units, 0.3)).int().tolist() for key, units in whole.items()}
    costs = costs_of(model)
    total = sum(len(units) * costs[f"{key.split('.')[0]}.{key.split('.')[2]}"] for key, units in whole.items())
    with torch.no_grad():
        dense = [trace_logits(model, sample) for sample in samples]
        nll = [rounded(losses_of(model, sample)) for sample in samples]
        greedy = {}
        for index in (0, 2):
            given = inputs_of(samples[index], model.config.vision_config, samples[index]["prompt"])
            written = model.generate(**given, max_new_tokens=TOKENS, min_new_tokens=TOKENS, do_sample=False, eos_token_id=None)
            greedy[str(index)] = written[0, len(samples[index]["prompt"]) :].tolist()
        two_logits, two_nll = trace_logits(model, two), rounded(losses_of(model, two))
        with masked(model, keep):
            divergence = [
                rounded(kl_div(log_softmax(trace_logits(model, sample), -1), log_softmax(logits, -1), reduction="none", log_target=True).sum(-1))
                for sample, logits in zip(samples, dense, strict=True)
            ]
            first = samples[0]
            given = inputs_of(first, model.config.vision_config, first["prompt"] + first["trace"])
            last = model(**given).logits[0, -1]
    described_two = {name: value for name, value in described(two).items() if name != "pivots"}
    return {
        "made_with": {"torch": torch.__version__, "transformers": transformers.__version__},
        "window": WINDOW,
        "batch_size": BATCH,
        "samples": [described(sample) for sample in samples],
        "dense": {
            "trace_logits": [{"values": rounded(logits)} if index in (0, 2) else None for index, logits in enumerate(dense)],
            "nll": nll,
            "greedy_24_tokens": greedy,
        },
        "attribution_global": {key: rounded(units) for key, units in whole.items()},
        "attribution_pivot": {key: rounded(units) for key, units in pivot.items()},
        "cmds": cmds,
        "sens": sens,
        "unit_cost": costs,
        "plans": [{"ratio": 0.3, "keep": keep, "total": total, "kl_per_token": divergence, "logits_sample0_last": rounded(last)}],
        "two_pictures": {**described_two, "trace_logits_last": rounded(two_logits[-1]), "nll": two_nll},
    }


def main() -> None:
    """Read the arguments and write the file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args()
    model = AutoModelForImageTextToText.from_pretrained(arguments.model, dtype=torch.float32).eval()
    arguments.out.write_text(json.dumps(reference_of(model)) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
