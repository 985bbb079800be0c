"""Logits and greedy tokens that transformers gives for a checkpoint: JSON in, JSON out; called by the suite "foreign".

A list of requests, each of which is answered or refused by itself. A request names a folder (``model``), optionally a plan and how to apply it (``plan``, ``how``), whether the folder's own
code may run (``trust``), a folder to save the model to before it is used from there (``saved``), and samples with ``prompt``
(ids), ``pixels`` with their ``shape`` (or none), and how many tokens to write.
"""

from __future__ import annotations

import json
import sys
from typing import Any

import torch
import transformers

from training.apply_plan import apply_plan, load_model, read_plan


@torch.no_grad()
def answer(request: dict[str, Any]) -> dict[str, Any]:
    """Return what the model computes for each sample, its class, and the shapes of its parameters."""
    options = {"dtype": torch.float32, "trust_remote_code": request.get("trust", False)}
    model = load_model(request["model"], **options)
    if request.get("plan"):
        apply_plan(model, read_plan(request["plan"], request["model"]), request["how"])
    if request.get("saved"):
        model.save_pretrained(request["saved"])
        model = load_model(request["saved"], **options)
    return {
        "className": type(model).__name__,
        "parameters": sum(parameter.numel() for parameter in model.parameters()),
        "samples": [compute(model, sample) for sample in request["samples"]],
    }


def compute(model: Any, sample: dict[str, Any]) -> dict[str, Any]:
    """Return logits of every position of the prompt, one row after another, and the tokens written after it."""
    inputs = {"input_ids": torch.tensor([sample["prompt"]])}
    if sample.get("pixels"):
        inputs["pixel_values"] = torch.tensor(sample["pixels"], dtype=torch.float32).reshape(sample["shape"])[None]
    logits = model(**inputs).logits[0]
    written = model.generate(
        **inputs,
        attention_mask=torch.ones_like(inputs["input_ids"]),
        do_sample=False,
        max_new_tokens=sample["tokens"],
        eos_token_id=[],
    )
    return {"logits": logits.flatten().tolist(), "tokens": written[0, len(sample["prompt"]) :].tolist()}


def answer_or_refusal(request: dict[str, Any]) -> dict[str, Any]:
    """Return the answer, or why there is none."""
    try:
        return answer(request)
    except Exception as error:  # noqa: BLE001 (the test decides what to make of a refusal)
        return {"error": f"{type(error).__name__}: {error}"}


def main() -> None:
    """Answer the requests on standard input."""
    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    torch.set_num_threads(1)
    json.dump([answer_or_refusal(request) for request in json.load(sys.stdin)], sys.stdout)


if __name__ == "__main__":
    main()
