"""The model card: what the model is, how it was made, and where its results will stand."""

from __future__ import annotations

import json
from pathlib import Path

from training.model import PICTURE_SIZE, VISUAL_TOKENS, build_model
from training.tokenizer import load_tokenizer, padded_size

CARD = """---
license: mit
library_name: transformers
pipeline_tag: image-text-to-text
language: en
---

# Scenes 3M: a small vision-language model that reasons about drawn scenes

{parameters:.2f} M parameters in SmolVLM's architecture (Idefics3), trained from scratch by Pivotscope's
own recipe (`training/`) on scenes that the project draws itself. It answers questions about them in
steps, `Step 1: … Therefore … Final Answer: …`. It knows these scenes only: on photographs its words
mean nothing.

- Vision: {size}×{size} picture, patch 8, 4 layers, width 96, 4 heads; pixel shuffle 4 gives {visual}
  visual tokens, one for each cell of the scene's 3×3 grid.
- Text: 12 layers, width 128, 8 query and 4 key-value heads of 16, MLP 384, tied embeddings,
  {tokens} byte-level BPE tokens (embedding padded to {padded}).
- Weights: bf16. Recommended window around pivots: W = 2, for traces are short.

## World

Two to seven objects: ball, cube, cone, cylinder, ring; red, orange, yellow, green, blue, purple, pink;
wooden, metal, glass, rubber; small, large. Questions: physical, quantitative, commonsense, and
"Describe the picture.". Five colour–shape pairs are never seen in training.

## Training

{recipe}

## Measured

Greedy reasoning about scenes that training never showed, in per cent of the samples. The first column of
a pair is the workbench's own engine, the second is transformers' `generate`, both in float32. "Every claim
true" is the project's exact judge: each statement of the reasoning holds in the scene. Written by
`npm run model-results`.

<!-- results -->
Nothing was measured on this copy yet.
<!-- end of results -->

## Files

`calibration.json` (128 samples for each family) and `evaluation.json` (200 for each) hold scenes, which are
drawn when they are read; `examples.json` is what the page offers first. No two splits share a scene.

```
npm run scenes -- --count 384 --seed 2026 --split calibration --out public/models/scenes/calibration.json
npm run scenes -- --count 600 --seed 2027 --split evaluation --out public/models/scenes/evaluation.json
```
"""


def recipe_text(run: Path) -> str:
    """Say in a sentence or two how a run was trained, from its recipe.json."""
    recipe = json.loads((run / "recipe.json").read_text())
    return (
        f"AdamW (0.9, 0.98), batch {recipe['batch']}, bf16 autocast, learning rate {recipe['rate']:g} with "
        f"warm-up and cosine in each phase, seed {recipe['seed']}. First {recipe['seeing']} steps of the vision "
        "tower with a throw-away head that names the object of each cell; then "
        f"{recipe['reasoning']} steps of everything: descriptions only for {recipe['describe_only']} steps, half "
        f"until {recipe['describe_half']}, then {recipe['describe_share']:.0%}; last {recipe['practice']} steps of "
        f"practice at {recipe['practice_rate']:g}, in which questions that count come up five to ten times as "
        "often. Loss on the reply only, pixel noise of 4/255."
    )


def write_card(folder: Path, run: Path) -> None:
    """Write README.md of a model folder; the table of results is filled in by another command."""
    tokenizer = load_tokenizer(run / "tokenizer.json")
    padded = padded_size(tokenizer)
    parameters = sum(values.numel() for values in build_model(padded, seed=0).parameters())
    text = CARD.format(
        parameters=parameters / 1e6,
        size=PICTURE_SIZE,
        visual=VISUAL_TOKENS,
        tokens=tokenizer.get_vocab_size(),
        padded=padded,
        recipe=recipe_text(run),
    )
    (folder / "README.md").write_text(text)
