"""The small files of a model folder in Hugging Face layout: everything but weights and tokenizer."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from training.model import PICTURE_SIZE, VISUAL_TOKENS, model_config
from training.prompt import CHAT_TEMPLATE, END, END_ID, PAD, PAD_ID, START, START_ID

#: A window of two tokens around a pivot (µCRASP's W): traces of this world are short, and the
#: paper's wider windows would cover nearly all of one (project decision).
RECOMMENDED = {"recommended": {"window": 2, "calibrationSamples": 96}}


def configuration(vocabulary_size: int) -> dict[str, Any]:
    """Return config.json: the numbers of the model as its classes read them."""
    config = model_config(vocabulary_size)
    parts: dict[str, Any] = {
        "architectures": ["Idefics3ForConditionalGeneration"],
        "model_type": config.model_type,
        "image_token_id": config.image_token_id,
        "scale_factor": config.scale_factor,
        "tie_word_embeddings": True,
        "pad_token_id": PAD_ID,
        "dtype": "bfloat16",
    }
    text_names = (
        "model_type vocab_size hidden_size intermediate_size num_hidden_layers num_attention_heads "
        "num_key_value_heads head_dim hidden_act rms_norm_eps max_position_embeddings "
        "attention_bias mlp_bias tie_word_embeddings bos_token_id eos_token_id pad_token_id"
    )
    vision_names = (
        "model_type hidden_size intermediate_size num_hidden_layers num_attention_heads "
        "num_channels image_size patch_size hidden_act layer_norm_eps"
    )
    text, vision = config.text_config, config.vision_config
    parts["text_config"] = {name: getattr(text, name) for name in text_names.split()}
    parts["text_config"]["rope_theta"] = text.rope_parameters["rope_theta"]
    parts["vision_config"] = {name: getattr(vision, name) for name in vision_names.split()}
    return parts


PREPROCESSOR = {
    "image_processor_type": "Idefics3ImageProcessor",
    "do_convert_rgb": True,
    "do_resize": True,
    "size": {"longest_edge": PICTURE_SIZE},
    "resample": 1,
    "do_image_splitting": False,
    "max_image_size": {"longest_edge": PICTURE_SIZE},
    "do_rescale": True,
    "rescale_factor": 1 / 255,
    "do_normalize": True,
    "image_mean": [0.5, 0.5, 0.5],
    "image_std": [0.5, 0.5, 0.5],
    "do_pad": True,
}

TOKENIZER = {
    "tokenizer_class": "PreTrainedTokenizerFast",
    "bos_token": START,
    "eos_token": END,
    "pad_token": PAD,
    "model_max_length": 512,
    "clean_up_tokenization_spaces": False,
}

GENERATION = {"bos_token_id": START_ID, "eos_token_id": END_ID, "pad_token_id": PAD_ID}


def write_small_files(folder: Path, vocabulary_size: int) -> None:
    """Write the configuration, processor, template and recommendation files."""
    files: dict[str, Any] = {
        "config.json": configuration(vocabulary_size),
        "preprocessor_config.json": PREPROCESSOR,
        "processor_config.json": {
            "processor_class": "Idefics3Processor",
            "image_seq_len": VISUAL_TOKENS,
        },
        "tokenizer_config.json": TOKENIZER,
        "chat_template.json": {"chat_template": CHAT_TEMPLATE},
        "generation_config.json": GENERATION,
        "pivotscope.json": RECOMMENDED,
    }
    for name, content in files.items():
        (folder / name).write_text(json.dumps(content, indent=1) + "\n")
