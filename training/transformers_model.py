"""A model folder as transformers itself reads it, for measurements that trust none of our code."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image
from transformers import AutoModelForImageTextToText, AutoProcessor


def load_processor(folder: Path) -> Any:
    """Return the folder's processor; prompts are padded on the left, as generation wants them."""
    processor = AutoProcessor.from_pretrained(folder)
    processor.tokenizer.padding_side = "left"
    return processor


def load_model(folder: Path, device: str = "cpu") -> Any:
    """Return the folder's model in float32."""
    model = AutoModelForImageTextToText.from_pretrained(folder, dtype=torch.float32)
    return model.to(device).eval()


def model_inputs(processor: Any, pictures: list[np.ndarray], questions: list[str]) -> Any:
    """Return the model's inputs for pictures [S,S,3] (uint8) with a question each."""
    texts = [
        processor.apply_chat_template(
            [{"role": "user", "content": [{"type": "image"}, {"type": "text", "text": question}]}],
            add_generation_prompt=True,
        )
        for question in questions
    ]
    images = [[Image.fromarray(np.ascontiguousarray(picture))] for picture in pictures]
    return processor(images=images, text=texts, padding=True, return_tensors="pt")
