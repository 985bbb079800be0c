"""Write a trained model as a folder in Hugging Face layout, and check that it reads back the same.

``python -m training.export --run RUN --out DIR``
"""

from __future__ import annotations

import argparse
import shutil
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import save_file
from torch import nn

from training.card import write_card
from training.checkpoint import read_checkpoint
from training.forward import embed, normalised_pixels, text_states, vision_features
from training.layout import write_small_files
from training.model import PICTURE_SIZE, VISUAL_TOKENS, build_model
from training.prompt import IMAGE_ID
from training.tokenizer import encode_prompts, load_tokenizer, padded_size
from training.transformers_model import load_model, load_processor, model_inputs

TOLERANCE = 1e-4
QUESTIONS = ["Describe the picture.", "What colour is the large cube?"]


def trained_model(run: Path) -> nn.Module:
    """Return the run's model with its weights rounded to bf16, held as float32."""
    state = read_checkpoint(run)
    if state is None:
        raise FileNotFoundError(f"{run} holds no checkpoint: train first.")
    tokenizer = load_tokenizer(run / "tokenizer.json")
    model = build_model(padded_size(tokenizer), seed=0)
    model.load_state_dict(state["model"])
    with torch.no_grad():
        for values in model.parameters():  # not the buffers: rotary frequencies stay exact
            values.copy_(values.to(torch.bfloat16))
    return model.eval()


def write_weights(model: nn.Module, path: Path) -> None:
    """Write all weights as bf16; the output head is the embedding and is not written twice."""
    state = {
        name: values.to(torch.bfloat16).contiguous()
        for name, values in model.state_dict().items()
        if name != "lm_head.weight"
    }
    save_file(state, path, metadata={"format": "pt"})


@torch.no_grad()
def largest_difference(model: nn.Module, run: Path, folder: Path) -> float:
    """Return how far the written folder's logits are from those of the training forward."""
    tokenizer = load_tokenizer(run / "tokenizer.json")
    processor, written = load_processor(folder), load_model(folder)
    random = np.random.default_rng(0)
    worst = 0.0
    for question in QUESTIONS:
        picture = random.integers(0, 256, (PICTURE_SIZE, PICTURE_SIZE, 3), dtype=np.uint8)
        [prompt] = encode_prompts(tokenizer, [question], VISUAL_TOKENS)
        inputs = model_inputs(processor, [picture], [question])
        if inputs["input_ids"][0].tolist() != prompt:
            raise ValueError(f"The processor writes another prompt than training: {question}")
        pixels = normalised_pixels(torch.from_numpy(picture)[None])
        tokens = torch.tensor([prompt])
        embedded = embed(model, tokens, vision_features(model, pixels), prompt.index(IMAGE_ID))
        logits = text_states(model, embedded) @ model.model.text_model.embed_tokens.weight.T
        worst = max(worst, (written(**inputs).logits - logits).abs().max().item())
    return worst


def main() -> None:
    """Command line of the module."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--run", type=Path, required=True, help="folder of a training run")
    parser.add_argument("--out", type=Path, required=True, help="folder to write")
    arguments = parser.parse_args()
    run, out = arguments.run, arguments.out
    out.mkdir(parents=True, exist_ok=True)
    model = trained_model(run)
    write_weights(model, out / "model.safetensors")
    shutil.copyfile(run / "tokenizer.json", out / "tokenizer.json")
    write_small_files(out, model.config.text_config.vocab_size)
    write_card(out, run)
    difference = largest_difference(model, run, out)
    if difference > TOLERANCE:
        raise ValueError(f"Logits read back differ by {difference:.2e}, more than {TOLERANCE}.")
    (out / "model.safetensors").chmod(0o644)
    size = (out / "model.safetensors").stat().st_size
    print(f"{out}: {size / 1e6:.2f} MB of weights, logits read back within {difference:.1e}")


if __name__ == "__main__":
    main()
