"""The two losses, and one step of training."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from training.batches import Batch
from training.forward import embed, normalised_pixels, text_states, vision_features
from training.recipe import Recipe
from training.seeing import SeeingHead, seeing_loss


def reply_loss(model: nn.Module, visual: Tensor, batch: Batch) -> Tensor:
    """Mean cross-entropy of the reply tokens; logits are made at their positions only."""
    states = text_states(model, embed(model, batch.tokens, visual, batch.first))
    chosen = states.flatten(0, 1).index_select(0, batch.positions)
    logits = F.linear(chosen, model.model.text_model.embed_tokens.weight)
    return F.cross_entropy(logits.float(), batch.targets)


def step_loss(
    model: nn.Module, head: SeeingHead, batch: Batch, recipe: Recipe, step: int
) -> tuple[Tensor, dict[str, float]]:
    """Return the loss of a step and its parts as numbers."""
    visual = vision_features(model, normalised_pixels(batch.pictures))
    if recipe.phase(step) == "see":
        loss = seeing_loss(head(visual), batch.cells)
        return loss, {"see": loss.item()}
    loss = reply_loss(model, visual, batch)
    parts = {"reply": loss.item()}
    weight = recipe.auxiliary(step)
    if weight > 0:
        seeing = seeing_loss(head(visual), batch.cells)
        parts["see"] = seeing.item()
        loss = loss + weight * seeing
    return loss, parts


def make_optimiser(modules: list[nn.Module], recipe: Recipe) -> torch.optim.AdamW:
    """AdamW with weight decay on matrices only."""
    parameters = [p for module in modules for p in module.parameters() if p.requires_grad]
    groups = [
        {"params": [p for p in parameters if p.dim() >= 2], "weight_decay": recipe.weight_decay},
        {"params": [p for p in parameters if p.dim() < 2], "weight_decay": 0.0},
    ]
    return torch.optim.AdamW(groups, lr=recipe.rate, betas=(0.9, 0.98), fused=True)


def train_step(
    model: nn.Module,
    head: SeeingHead,
    optimiser: torch.optim.Optimizer,
    batch: Batch,
    recipe: Recipe,
    step: int,
) -> dict[str, float]:
    """Do one step and return the parts of its loss."""
    for group in optimiser.param_groups:
        group["lr"] = recipe.learning_rate(step)
    with torch.autocast(batch.tokens.device.type, torch.bfloat16):
        loss, parts = step_loss(model, head, batch, recipe, step)
    optimiser.zero_grad(set_to_none=True)
    loss.backward()
    parameters = [p for group in optimiser.param_groups for p in group["params"]]
    torch.nn.utils.clip_grad_norm_(parameters, recipe.clip)
    optimiser.step()
    return parts
