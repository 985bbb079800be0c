"""The sizes of the bundled model, built from transformers' own Idefics3 classes."""

from __future__ import annotations

import torch
from transformers import Idefics3Config, Idefics3ForConditionalGeneration

from training.prompt import END_ID, IMAGE_ID, PAD_ID, START_ID

PICTURE_SIZE = 96
PATCH_SIZE = 8
SCALE_FACTOR = 4
#: Patches per side / scale factor: 12 / 4, squared. One visual token per cell of the 3×3 grid.
VISUAL_TOKENS = (PICTURE_SIZE // PATCH_SIZE // SCALE_FACTOR) ** 2


def model_config(vocabulary_size: int) -> Idefics3Config:
    """Return the configuration of the bundled model for a (padded) vocabulary size."""
    return Idefics3Config(
        image_token_id=IMAGE_ID,
        scale_factor=SCALE_FACTOR,
        tie_word_embeddings=True,
        pad_token_id=PAD_ID,
        text_config={
            "model_type": "llama",
            "vocab_size": vocabulary_size,
            "hidden_size": 128,
            "intermediate_size": 384,
            "num_hidden_layers": 12,
            "num_attention_heads": 8,
            "num_key_value_heads": 4,
            "head_dim": 16,
            "hidden_act": "silu",
            "rms_norm_eps": 1e-5,
            "rope_theta": 10000.0,
            "max_position_embeddings": 512,
            "attention_bias": False,
            "mlp_bias": False,
            "tie_word_embeddings": True,
            "bos_token_id": START_ID,
            "eos_token_id": END_ID,
            "pad_token_id": PAD_ID,
        },
        vision_config={
            "model_type": "idefics3_vision",
            "hidden_size": 96,
            "intermediate_size": 256,
            "num_hidden_layers": 4,
            "num_attention_heads": 4,
            "num_channels": 3,
            "image_size": PICTURE_SIZE,
            "patch_size": PATCH_SIZE,
            "hidden_act": "gelu_pytorch_tanh",
            "layer_norm_eps": 1e-6,
        },
    )


def build_model(vocabulary_size: int, seed: int) -> Idefics3ForConditionalGeneration:
    """Return a freshly initialised model in float32; the same seed gives the same weights."""
    torch.manual_seed(seed)
    model = Idefics3ForConditionalGeneration(model_config(vocabulary_size))
    model.tie_weights()
    return model.float()
