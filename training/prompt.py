"""Special tokens and the shape of a prompt.

Prompt: ``<|im_start|>User:<fake_token_around_image><global-img>`` + 9 × ``<image>`` +
``<fake_token_around_image>`` + question + ``<end_of_utterance>\\nAssistant:``; the reply starts
with a space and ends with ``<end_of_utterance>``. This is what Idefics3Processor makes of
SmolVLM's chat template with one picture that is not split.
"""

from __future__ import annotations

START = "<|im_start|>"
END = "<end_of_utterance>"
AROUND_IMAGE = "<fake_token_around_image>"
GLOBAL_IMAGE = "<global-img>"
IMAGE = "<image>"
PAD = "<pad>"

#: In order of their ids, 0 to 6.
SPECIAL_TOKENS = ["<|endoftext|>", START, END, AROUND_IMAGE, GLOBAL_IMAGE, IMAGE, PAD]
START_ID = SPECIAL_TOKENS.index(START)
END_ID = SPECIAL_TOKENS.index(END)
IMAGE_ID = SPECIAL_TOKENS.index(IMAGE)
PAD_ID = SPECIAL_TOKENS.index(PAD)

CHAT_TEMPLATE = (
    "<|im_start|>{% for message in messages %}{{message['role'] | capitalize}}"
    "{% if message['content'][0]['type'] == 'image' %}{{':'}}{% else %}{{': '}}{% endif %}"
    "{% for line in message['content'] %}{% if line['type'] == 'text' %}{{line['text']}}"
    "{% elif line['type'] == 'image' %}{{ '<image>' }}{% endif %}{% endfor %}<end_of_utterance>\n"
    "{% endfor %}{% if add_generation_prompt %}{{ 'Assistant:' }}{% endif %}"
)


def prompt_text(question: str, visual_tokens: int) -> str:
    """Return the whole prompt as text, the picture expanded to its visual tokens."""
    picture = AROUND_IMAGE + GLOBAL_IMAGE + IMAGE * visual_tokens + AROUND_IMAGE
    return f"{START}User:{picture}{question}{END}\nAssistant:"


def reply_text(trace: str) -> str:
    """Return the reply that the model learns to write for a trace."""
    return f" {trace}{END}"
