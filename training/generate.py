"""Greedy generation for many prompts at once, for the measurements during training."""

from __future__ import annotations

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from training.forward import (
    attend,
    embed,
    rms,
    rotary_tables,
    text_mlp,
    text_output,
    text_projections,
    vision_features,
)
from training.prompt import END_ID

#: The longest reference has 98 tokens.
LONGEST = 110


class Decoder:
    """The text model with a KV cache for B sequences that are all at the same position."""

    def __init__(self, model: nn.Module, longest: int) -> None:
        self.text = model.model.text_model
        self.turn = rotary_tables(model, longest)
        self.cache: list[tuple[Tensor, Tensor]] = []
        self.position = 0

    def advance(self, embedded: Tensor) -> Tensor:
        """Append embedded tokens [B,T,H] and return the last position's logits [B,vocabulary]."""
        count, length, _ = embedded.shape
        end = self.position + length
        turn = (self.turn[0][self.position : end], self.turn[1][self.position : end])
        groups = self.text.layers[0].self_attn.num_key_value_groups
        mask = torch.full((length, end), float("-inf"), device=embedded.device)
        mask = mask.triu(1 + self.position).repeat(groups, 1)
        hidden = embedded
        for number, layer in enumerate(self.text.layers):
            normed = rms(layer.input_layernorm, hidden)
            query, key, value = text_projections(layer.self_attn, normed, turn)
            if self.position > 0:
                past_key, past_value = self.cache[number]
                key, value = torch.cat([past_key, key], 1), torch.cat([past_value, value], 1)
                self.cache[number] = (key, value)
            else:
                self.cache.append((key, value))
            mixed = attend(query, key, value, mask)
            hidden = hidden + text_output(layer.self_attn, mixed, count)
            hidden = hidden + text_mlp(layer, hidden)
        self.position = end
        return F.linear(rms(self.text.norm, hidden[:, -1]), self.text.embed_tokens.weight)


@torch.no_grad()
def generate(
    model: nn.Module, pixels: Tensor, prompts: list[np.ndarray], first: int, longest: int = LONGEST
) -> list[list[int]]:
    """Return the greedy reply of each prompt without its end token.

    All sequences stand at the same position: a longer prompt is still read while a shorter one
    already answers. pixels: [B,96,96,3], normalised. first: position of the first visual token.
    """
    device = pixels.device
    visual = vision_features(model, pixels)
    lengths = [len(prompt) for prompt in prompts]
    shortest, widest = min(lengths), max(lengths)
    given = torch.zeros(len(prompts), widest + longest, dtype=torch.long)
    for row, prompt in enumerate(prompts):
        given[row, : len(prompt)] = torch.from_numpy(prompt.astype(np.int64))
    given = given.to(device)
    ends = torch.tensor(lengths, device=device)
    done = torch.zeros(len(prompts), dtype=torch.bool, device=device)
    decoder = Decoder(model, given.shape[1])
    logits = decoder.advance(embed(model, given[:, :shortest], visual, first))
    for position in range(shortest, given.shape[1]):
        reading = ends > position
        chosen = torch.where(reading, given[:, position], logits.argmax(-1))
        given[:, position] = chosen
        done |= ~reading & (chosen == END_ID)
        if bool(done.all()):
            break
        embedded = F.embedding(chosen[:, None], decoder.text.embed_tokens.weight)
        logits = decoder.advance(embedded)
    replies = []
    for row, length in zip(given.tolist(), lengths, strict=True):
        reply = row[length:]
        replies.append(reply[: reply.index(END_ID)] if END_ID in reply else reply)
    return replies
