"""Write what transformers computes on a few samples: the reference of the engine's tests.

``python -m training.reference --model DIR --data DATA --out reference.json``
"""

from __future__ import annotations

import argparse
import json
import re
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
import transformers

from training.evaluate import LONGEST
from training.prompt import END_ID, reply_text
from training.scenes import open_pictures, read_scenes
from training.transformers_model import load_model, load_processor, model_inputs

SAMPLES = 8
#: The pivot markers that traces of this world can hold (µCRASP, arXiv 2605.25842: its marker list).
MARKERS = re.compile(
    r"step \d+\s*[:–]|final answer:|\b(?:therefore|thus|hence|so|next|now|finally|however)\b",
    re.IGNORECASE,
)


def pivots(tokens: list[str]) -> list[int]:
    """Return the index of the first token of each marker in a trace given as token texts."""
    ends = np.cumsum([len(token) for token in tokens])
    text = "".join(tokens)
    found = {int(np.searchsorted(ends, match.start(), "right")) for match in MARKERS.finditer(text)}
    return sorted(found)


def rounded(values: torch.Tensor) -> list[float]:
    """Return values with six significant digits."""
    return [float(f"{value:.6g}") for value in values.tolist()]


@torch.no_grad()
def reference_of(
    processor: Any, model: Any, picture: np.ndarray, sample: dict[str, Any]
) -> dict[str, Any]:
    """Return ids, greedy reply, pivots, negative log-likelihoods and logits of one sample."""
    inputs = model_inputs(processor, [picture], [sample["question"]])
    prompt = inputs["input_ids"][0].tolist()
    trace = processor.tokenizer(reply_text(sample["trace"]), add_special_tokens=False)["input_ids"]
    greedy = model.generate(**inputs, do_sample=False, max_new_tokens=LONGEST)[0, len(prompt) :]
    whole = dict(inputs)
    whole["input_ids"] = torch.tensor([prompt + trace])
    whole["attention_mask"] = torch.ones_like(whole["input_ids"])
    logits = model(**whole).logits[0, len(prompt) - 1 :]
    losses = F.cross_entropy(logits[:-1], torch.tensor(trace), reduction="none")
    texts = [processor.tokenizer.decode([token]) for token in trace]
    return {
        "question": sample["question"],
        "trace": sample["trace"],
        "prompt_ids": prompt,
        "trace_ids": trace,
        "greedy_ids": greedy.tolist(),
        "greedy_text": processor.tokenizer.decode(
            [token for token in greedy.tolist() if token != END_ID]
        ).strip(),
        "pivots": pivots(texts),
        "nll": rounded(losses),
        "logits_last_prompt_position": rounded(logits[0]),
    }


def main() -> None:
    """Command line of the module."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path, required=True, help="model folder")
    parser.add_argument("--data", type=Path, required=True, help="folder of npm run scenes")
    parser.add_argument("--out", type=Path, required=True, help="file to write, reference.json")
    arguments = parser.parse_args()
    processor, model = load_processor(arguments.model), load_model(arguments.model)
    pictures = open_pictures(arguments.data)
    evaluation = []
    for index, scene in enumerate(islice(read_scenes(arguments.data), SAMPLES)):
        numbers = reference_of(processor, model, pictures[index], scene["samples"][0])
        evaluation.append({"index": index, "objects": scene["objects"], **numbers})
    note = f"float32 arithmetic on the bf16 weights; transformers {transformers.__version__}"
    arguments.out.write_text(json.dumps({"note": note, "evaluation": evaluation}) + "\n")
    print(f"{len(evaluation)} samples written to {arguments.out}")


if __name__ == "__main__":
    main()
