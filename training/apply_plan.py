"""Apply a plan of Pivotscope to the original checkpoint, with transformers and nothing of Pivotscope's own code.

``python training/apply_plan.py --model DIR --plan plan.json --question "What is red?" --image picture.png``

prints what the plan removes, and what the pruned model answers. As a module::

    model = AutoModelForImageTextToText.from_pretrained("DIR", dtype=torch.float32)
    apply_plan(model, read_plan("plan.json", model_folder="DIR"), how="slices")

``masks`` leaves the weights as they are and sets the removed units' activations to zero. ``slices`` takes their rows and
columns out of the weights, so that the model becomes smaller and faster; the logits are the same. What FLAP's compensation
adds becomes a bias of the module's last projection. The plan's format is ``public/plan.schema.json``; a module is named
``tower.layer.kind``, and its list has 1 for each unit that stays: a neuron of an MLP, a key/value head with its query heads,
or a head of the vision tower.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import torch
from torch import nn

VERSION = 1
MODULE = re.compile(r"^(text|vision)\.(\d+)\.(attn|mlp)$")
#: Linear layers of a module of which units own rows; of the last projection they own columns.
ROWS = {"attn": ("q_proj", "k_proj", "v_proj"), "mlp": ("gate_proj", "up_proj", "fc1")}
LAST = {"attn": ("o_proj", "out_proj"), "mlp": ("down_proj", "fc2")}


class PlanError(ValueError):
    """What is wrong with a plan, naming field, what was found and what is expected."""


@dataclass(frozen=True)
class Plan:
    """What a plan file says that matters here."""

    method: str
    reached: float
    #: Per module: true for units that stay.
    keep: dict[str, torch.Tensor]
    #: Per module: mean inputs of the last projection, one per column; empty without compensation.
    mean_inputs: dict[str, torch.Tensor]


def read_plan(file: str | Path, model_folder: str | Path | None = None) -> Plan:
    """Read a plan file; with ``model_folder`` also check that it was made for that folder's weights."""
    try:
        found = json.loads(Path(file).read_text(encoding="utf-8"))
    except ValueError as error:
        raise PlanError(f"{file} is not JSON: {error}") from error
    if not isinstance(found, dict) or "version" not in found:
        raise PlanError(f"{file}: version is missing; a plan of Pivotscope has version {VERSION}.")
    if found["version"] != VERSION:
        raise PlanError(f"{file}: version: found {found['version']!r}, this program reads version {VERSION}.")
    try:
        made_for, method, reached = found["model"], found["method"], float(found["ratio"]["reached"])
        keep = {key: keep_list(key, units) for key, units in found["keep"].items()}
        means = {key: torch.tensor(list(map(float, values))) for key, values in found.get("meanInputs", {}).items()}
        hash_in_plan = made_for["weightHash"]
    except PlanError:
        raise
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise PlanError(f"{file} is no whole plan: {error}; its fields are told in public/plan.schema.json.") from error
    if model_folder is not None and (own := weight_hash(model_folder)) != hash_in_plan:
        raise PlanError(
            f"{file}: model.weightHash: the plan was made for {made_for.get('name')} with weights "
            f"{hash_in_plan[:12]}…, but {model_folder} has {own[:12]}…"
        )
    return Plan(method, reached, keep, means)


def keep_list(key: str, units: list[int]) -> torch.Tensor:
    """Return one module's list as booleans."""
    if not MODULE.match(key):
        raise PlanError(f"keep.{key}: is not a module; expected for example text.3.mlp.")
    if not all(unit in (0, 1) for unit in units):
        raise PlanError(f"keep.{key}: expected a list of 0 and 1.")
    return torch.tensor(units, dtype=torch.bool)


def weight_hash(folder: str | Path) -> str:
    """Return SHA-256 of model.safetensors; of several files, that of their digests in the order of their names, a line each."""
    folder = Path(folder)
    whole = folder / "model.safetensors"
    if whole.exists():
        return sha256(whole)
    index = json.loads((folder / "model.safetensors.index.json").read_text(encoding="utf-8"))
    digests = [sha256(folder / name) for name in sorted(set(index["weight_map"].values()))]
    return digests[0] if len(digests) == 1 else hashlib.sha256("".join(f"{one}\n" for one in digests).encode()).hexdigest()


def sha256(path: Path) -> str:
    """Return a file's hash in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def apply_plan(model: nn.Module, plan: Plan, how: Literal["masks", "slices"] = "slices") -> nn.Module:
    """Prune a model of transformers in place, and return it; of a plan that does not fit nothing is applied.

    The model is a ``LlamaForCausalLM``, or an ``Idefics3ForConditionalGeneration`` or ``SmolVLMForConditionalGeneration``.
    """
    modules = modules_of(model)
    missing, strange = modules.keys() - plan.keep.keys(), plan.keep.keys() - modules.keys()
    if missing or strange:
        name = min(missing or strange)
        raise PlanError(f"keep.{name}: {'found nothing' if missing else 'this model has no such module'}.")
    if plan.mean_inputs and (wrong := plan.mean_inputs.keys() ^ modules.keys()):
        raise PlanError(f"meanInputs.{min(wrong)}: expected mean inputs of all of the model's modules, or of none.")
    for key, module in modules.items():
        check_module(key, linear_of(module, LAST[key.rsplit(".", 1)[1]]), plan, how)
    for key, module in modules.items():
        keep, kind = plan.keep[key], key.rsplit(".", 1)[1]
        last = linear_of(module, LAST[kind])
        columns = lines_of(keep, last.in_features)
        if key in plan.mean_inputs:
            compensate(last, columns, plan.mean_inputs[key])
        if how == "masks":
            mask(last, columns)
        else:
            for name in ROWS[kind]:
                if (linear := getattr(module, name, None)) is not None:
                    take_rows(linear, lines_of(keep, linear.out_features))
            take_columns(last, columns)
    return model


def check_module(key: str, last: nn.Linear, plan: Plan, how: str) -> None:
    """Refuse what the plan says of a module whose last projection is ``last`` where it does not fit."""
    keep, means = plan.keep[key], plan.mean_inputs.get(key)
    if len(keep) == 0 or last.in_features % len(keep) != 0:
        raise PlanError(f"keep.{key}: found {len(keep)} units, which {last.in_features} columns cannot be shared by.")
    if means is not None and len(means) != last.in_features:
        raise PlanError(f"meanInputs.{key}: found {len(means)} columns, the projection has {last.in_features}.")
    if how == "slices" and not keep.any():
        raise PlanError(f"keep.{key}: keeps no unit; a sliced module has at least one. Use masks.")


def modules_of(model: nn.Module) -> dict[str, nn.Module]:
    """Return attention and MLP of every layer of all towers, by the names that plans use."""
    core = model.model
    towers = {"text": getattr(core, "text_model", core).layers}
    if (vision := getattr(core, "vision_model", None)) is not None:
        towers["vision"] = vision.encoder.layers
    return {
        f"{tower}.{index}.{kind}": module
        for tower, layers in towers.items()
        for index, layer in enumerate(layers)
        for kind, module in (("attn", layer.self_attn), ("mlp", layer.mlp))
    }


def linear_of(module: nn.Module, names: tuple[str, ...]) -> nn.Linear:
    """Return the one linear layer of these names that the module has."""
    return next(getattr(module, name) for name in names if hasattr(module, name))


def lines_of(keep: torch.Tensor, count: int) -> torch.Tensor:
    """Return which of ``count`` rows or columns stay; each unit owns as many, one after another."""
    return keep.repeat_interleave(count // len(keep))


@torch.no_grad()
def compensate(last: nn.Linear, kept: torch.Tensor, means: torch.Tensor) -> None:
    """Add to the bias what the removed columns would have given on average (FLAP, arXiv 2312.11983)."""
    removed = (~kept).to(last.weight.device)
    bias = last.weight[:, removed].float() @ means.to(last.weight.device)[removed]
    if last.bias is not None:
        bias += last.bias.float()
    last.bias = nn.Parameter(bias.to(last.weight.dtype), requires_grad=False)


def mask(last: nn.Linear, kept: torch.Tensor) -> None:
    """Multiply the projection's input by 1 where a column stays and by 0 where not."""
    factors = kept.to(last.weight.device, last.weight.dtype)
    last.register_forward_pre_hook(lambda _, inputs: (inputs[0] * factors, *inputs[1:]))


@torch.no_grad()
def take_rows(linear: nn.Linear, kept: torch.Tensor) -> None:
    """Leave the kept rows of weight and bias."""
    linear.weight = nn.Parameter(linear.weight[kept.to(linear.weight.device)], requires_grad=False)
    if linear.bias is not None:
        linear.bias = nn.Parameter(linear.bias[kept.to(linear.bias.device)], requires_grad=False)
    linear.out_features = len(linear.weight)


@torch.no_grad()
def take_columns(linear: nn.Linear, kept: torch.Tensor) -> None:
    """Leave the kept columns of the weight."""
    linear.weight = nn.Parameter(linear.weight[:, kept.to(linear.weight.device)], requires_grad=False)
    linear.in_features = linear.weight.shape[1]


def load_model(folder: str | Path, **options: Any) -> nn.Module:
    """Return a checkpoint's model, with its vision tower where it has one."""
    from transformers import AutoConfig, AutoModelForCausalLM, AutoModelForImageTextToText

    vision = hasattr(AutoConfig.from_pretrained(folder, **pick(options, "trust_remote_code")), "vision_config")
    return (AutoModelForImageTextToText if vision else AutoModelForCausalLM).from_pretrained(folder, **options).eval()


def pick(options: dict[str, Any], name: str) -> dict[str, Any]:
    """Return the option of that name alone, if it is there."""
    return {name: options[name]} if name in options else {}


def answer(folder: Path, model: nn.Module, question: str, image: Path | None, tokens: int) -> str:
    """Return what the model writes, greedily."""
    from PIL import Image
    from transformers import AutoProcessor, AutoTokenizer

    if image is None:
        tokenizer = AutoTokenizer.from_pretrained(folder)
        chat = [{"role": "user", "content": question}]
        inputs = tokenizer.apply_chat_template(chat, add_generation_prompt=True, return_tensors="pt", return_dict=True)
    else:
        processor = AutoProcessor.from_pretrained(folder)
        tokenizer = processor.tokenizer
        content = [{"type": "image"}, {"type": "text", "text": question}]
        text = processor.apply_chat_template([{"role": "user", "content": content}], add_generation_prompt=True)
        inputs = processor(images=[[Image.open(image).convert("RGB")]], text=[text], return_tensors="pt")
    written = model.generate(**inputs, do_sample=False, max_new_tokens=tokens)
    return tokenizer.decode(written[0, inputs["input_ids"].shape[1] :], skip_special_tokens=True).strip()


def main() -> None:
    """Command line of the module."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=Path, required=True, help="the checkpoint's folder that the plan was made for")
    parser.add_argument("--plan", type=Path, required=True, help="plan file")
    parser.add_argument("--how", choices=["slices", "masks"], default="slices", help="how units are removed")
    parser.add_argument("--question", help="what to ask the pruned model")
    parser.add_argument("--image", type=Path, help="picture that the question is about")
    parser.add_argument("--max-tokens", type=int, default=500, help="longest answer")
    parser.add_argument("--any-weights", action="store_true", help="take a plan that was made for other weights")
    given = parser.parse_args()
    try:
        plan = read_plan(given.plan, None if given.any_weights else given.model)
        model = load_model(given.model, dtype=torch.float32)
        before = sum(parameter.numel() for parameter in model.parameters())
        apply_plan(model, plan, given.how)
    except PlanError as error:
        raise SystemExit(str(error)) from error
    kept = sum(int(units.sum()) for units in plan.keep.values())
    total = sum(len(units) for units in plan.keep.values())
    after = sum(parameter.numel() for parameter in model.parameters())
    print(f"{plan.method} at {plan.reached:.1%}: {kept:,} of {total:,} units, {after:,} of {before:,} parameters stay")
    if given.question is not None:
        print(answer(given.model, model, given.question, given.image, given.max_tokens))


if __name__ == "__main__":
    main()
