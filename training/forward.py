"""A fast training forward over the weights of transformers' Idefics3 modules.

The arithmetic is Idefics3's (``python -m training.check`` compares it with ``model.forward``), minus
what costs time on a CPU: the per-picture loops of the vision embedding (all pictures are full 96×96
squares, whose patch positions are 0…143 in order), masks for padding on the right (a causal decoder
never looks at it) and logits at positions that carry no loss.

Shapes: B sequences, P pictures, T tokens, H hidden size, V visual tokens per picture.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from training.model import PATCH_SIZE, SCALE_FACTOR


def normalised_pixels(pictures: Tensor) -> Tensor:
    """Map pictures [P,96,96,3] of 0…255 to −1…1, as the image processor does."""
    return pictures.float() / 127.5 - 1.0


def patches(pixels: Tensor) -> Tensor:
    """Cut pixels [P,S,S,3] into flattened patches [P,(S/8)²,3·8·8], channel first as in the Conv2d."""
    count, size = pixels.shape[0], pixels.shape[1]
    side = size // PATCH_SIZE
    grid = pixels.view(count, side, PATCH_SIZE, side, PATCH_SIZE, 3)
    return grid.permute(0, 1, 3, 5, 2, 4).reshape(count, side * side, 3 * PATCH_SIZE * PATCH_SIZE)


def vision_features(model: nn.Module, pixels: Tensor) -> Tensor:
    """Return the visual tokens [P,V,H] of normalised pixels [P,96,96,3]."""
    tower = model.model.vision_model
    convolution = tower.embeddings.patch_embedding
    hidden = F.linear(patches(pixels), convolution.weight.flatten(1), convolution.bias)
    hidden = hidden + tower.embeddings.position_embedding.weight
    for layer in tower.encoder.layers:
        hidden = hidden + vision_attention(layer.self_attn, norm(layer.layer_norm1, hidden))
        middle = layer.mlp.fc1(norm(layer.layer_norm2, hidden))
        hidden = hidden + layer.mlp.fc2(F.gelu(middle, approximate="tanh"))
    hidden = norm(tower.post_layernorm, hidden)
    return model.model.connector.modality_projection.proj(pixel_shuffle(hidden))


def norm(module: nn.LayerNorm, hidden: Tensor) -> Tensor:
    """Apply a LayerNorm."""
    return F.layer_norm(hidden, module.normalized_shape, module.weight, module.bias, module.eps)


def attend(query: Tensor, key: Tensor, value: Tensor, mask: Tensor | None) -> Tensor:
    """Softmax attention of query [N,Q,d] over key and value [N,K,d] with an additive mask [Q,K].

    Two batched products instead of ``scaled_dot_product_attention``, whose backward pass on a CPU
    took ten times longer for heads as small as ours. Precision is the inputs' own.
    """
    query = query * query.shape[-1] ** -0.5
    with torch.autocast(query.device.type, enabled=False):
        if mask is None:
            scores = torch.bmm(query, key.transpose(1, 2))
        else:
            spread = mask.to(query.dtype).expand(query.shape[0], -1, -1)
            scores = torch.baddbmm(spread, query, key.transpose(1, 2))
        return torch.bmm(scores.softmax(-1), value)


def vision_attention(attention: nn.Module, hidden: Tensor) -> Tensor:
    """Attend without a mask over [P,N,D]."""
    count, length, width = hidden.shape
    heads = attention.num_heads
    projections = (attention.q_proj, attention.k_proj, attention.v_proj)
    weight = torch.cat([projection.weight for projection in projections])
    bias = torch.cat([projection.bias for projection in projections])
    joined = F.linear(hidden, weight, bias).view(count, length, 3, heads, width // heads)
    query, key, value = joined.permute(2, 0, 3, 1, 4).flatten(1, 2).unbind(0)
    mixed = attend(query, key, value, None)
    mixed = mixed.view(count, heads, length, -1).transpose(1, 2)
    return attention.out_proj(mixed.reshape(count, length, width))


def pixel_shuffle(hidden: Tensor) -> Tensor:
    """Join 4×4 neighbouring patches: [P,N,D] → [P,N/16,16·D], row-major inside the block."""
    count, length, width = hidden.shape
    side = int(length**0.5)
    small = side // SCALE_FACTOR
    grid = hidden.view(count, small, SCALE_FACTOR, small, SCALE_FACTOR, width)
    return grid.permute(0, 1, 3, 2, 4, 5).reshape(count, small * small, SCALE_FACTOR**2 * width)


Rotary = tuple[Tensor, Tensor]


def rotary_tables(model: nn.Module, length: int) -> Rotary:
    """Return cos and sin [length, 1, head_dim] for positions 0…length−1, in float32."""
    frequencies = model.model.text_model.rotary_emb.inv_freq.float()
    angles = torch.arange(length, device=frequencies.device).float()[:, None] * frequencies[None, :]
    angles = torch.cat([angles, angles], dim=-1)[:, None]
    return angles.cos(), angles.sin()


def rotate(states: Tensor, turn: Rotary) -> Tensor:
    """Turn states [B,T,heads,head_dim] by their positions (rotate_half convention)."""
    cos, sin = (table.to(states.dtype) for table in turn)
    half = states.shape[-1] // 2
    turned = torch.cat([-states[..., half:], states[..., :half]], dim=-1)
    return states * cos + turned * sin


def rms(module: nn.Module, hidden: Tensor) -> Tensor:
    """Root-mean-square norm in float32."""
    hidden = hidden.float()
    scale = torch.rsqrt(hidden.pow(2).mean(-1, keepdim=True) + module.variance_epsilon)
    return hidden * scale * module.weight


def causal_mask(length: int, groups: int, device: torch.device) -> Tensor:
    """Return the additive mask [groups·length, length] of the query heads that share a key head."""
    mask = torch.full((length, length), float("-inf"), device=device).triu(1)
    return mask.repeat(groups, 1)


def text_projections(attention: nn.Module, hidden: Tensor, turn: Rotary) -> tuple[Tensor, ...]:
    """Return query, key and value of hidden states [B,T,H], turned by their positions.

    Query is [B·kv, groups·T, d]: the query heads that share a key head are stacked along the rows,
    so that keys need not be repeated. Key and value are [B·kv, T, d].
    """
    count, length, _ = hidden.shape
    projections = (attention.q_proj, attention.k_proj, attention.v_proj)
    joined = F.linear(hidden, torch.cat([projection.weight for projection in projections]))
    joined = joined.view(count, length, -1, attention.head_dim)
    groups = attention.num_key_value_groups
    keys = joined.shape[2] // (groups + 2)
    query, key, value = joined.split([groups * keys, keys, keys], dim=2)
    query = rotate(query, turn).view(count, length, keys, groups, -1).permute(0, 2, 3, 1, 4)
    key = rotate(key, turn).transpose(1, 2)
    return (
        query.reshape(count * keys, groups * length, -1),
        key.reshape(count * keys, length, -1),
        value.transpose(1, 2).reshape(count * keys, length, -1),
    )


def text_output(attention: nn.Module, mixed: Tensor, count: int) -> Tensor:
    """Undo the stacking of ``text_projections`` and project: [B·kv, groups·T, d] → [B,T,H]."""
    groups = attention.num_key_value_groups
    keys = mixed.shape[0] // count
    heads = mixed.view(count, keys, groups, mixed.shape[1] // groups, -1)
    return attention.o_proj(heads.permute(0, 3, 1, 2, 4).flatten(2))


def text_mlp(layer: nn.Module, hidden: Tensor) -> Tensor:
    """The gated MLP with its norm, without the residual."""
    middle = rms(layer.post_attention_layernorm, hidden)
    mlp = layer.mlp
    return mlp.down_proj(F.silu(mlp.gate_proj(middle)) * mlp.up_proj(middle))


def text_states(model: nn.Module, embedded: Tensor) -> Tensor:
    """Return the normalised last hidden states [B,T,H] of embedded tokens [B,T,H]."""
    text = model.model.text_model
    length = embedded.shape[1]
    turn = rotary_tables(model, length)
    mask = causal_mask(length, text.layers[0].self_attn.num_key_value_groups, embedded.device)
    hidden = embedded
    for layer in text.layers:
        attention = layer.self_attn
        query, key, value = text_projections(attention, rms(layer.input_layernorm, hidden), turn)
        mixed = attend(query, key, value, mask)
        hidden = hidden + text_output(attention, mixed, embedded.shape[0])
        hidden = hidden + text_mlp(layer, hidden)
    return rms(text.norm, hidden)


def embed(model: nn.Module, tokens: Tensor, visual: Tensor, first: int) -> Tensor:
    """Embed tokens [B,T] and put visual tokens [B,V,H] at positions first … first+V−1."""
    embedded = F.embedding(tokens, model.model.text_model.embed_tokens.weight)
    last = first + visual.shape[1]
    return torch.cat([embedded[:, :first], visual.to(embedded.dtype), embedded[:, last:]], dim=1)
