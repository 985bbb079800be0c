/** Python for a folder of a sliced decoder, which transformers runs: what every class of such folders has in common. */

/** Numbers of the text tower's layers that may differ; each key/value head keeps its query heads. */
export const TEXT_WIDTHS = '"intermediate_size", "num_key_value_heads"';

const HELPERS = `def resized(linear, inputs=None, outputs=None, bias=False):
    """Return a linear layer with other numbers of inputs or outputs. Its numbers are read from the folder afterwards."""
    return nn.Linear(
        linear.in_features if inputs is None else inputs,
        linear.out_features if outputs is None else outputs,
        bias=bias or linear.bias is not None,
        device=linear.weight.device,
        dtype=linear.weight.dtype,
    )


def take_widths(config, *names):
    """Return what config says of single layers, and the values of these names for every layer.

    transformers builds all layers alike and refuses a config whose layers differ, so the differences are taken out of it;
    the caller puts them back.
    """
    own = config.to_dict().get("per_layer_config") or None
    config.per_layer_config = None
    layers = [{name: getattr(config, name) for name in names} for _ in range(config.num_hidden_layers)]
    for layer, widths in (own or {}).items():
        layers[int(layer)].update(widths)
    return own, layers


def narrow_text(layer, bias, intermediate_size, num_key_value_heads):
    """Give a layer of the text tower its widths; bias: the last projections have biases."""
    attention, mlp = layer.self_attn, layer.mlp
    keys = num_key_value_heads * attention.head_dim
    queries = keys * attention.num_key_value_groups
    attention.q_proj = resized(attention.q_proj, outputs=queries)
    attention.k_proj = resized(attention.k_proj, outputs=keys)
    attention.v_proj = resized(attention.v_proj, outputs=keys)
    attention.o_proj = resized(attention.o_proj, inputs=queries, bias=bias)
    mlp.gate_proj = resized(mlp.gate_proj, outputs=intermediate_size)
    mlp.up_proj = resized(mlp.up_proj, outputs=intermediate_size)
    mlp.down_proj = resized(mlp.down_proj, inputs=intermediate_size, bias=bias)
`;

export interface ModelingParts {
  /** Class of transformers that is built upon. */
  readonly baseClass: string;
  /** Functions of its own, each followed by a line feed; empty for none. */
  readonly helpers: string;
  /** The class, which calls the helpers. */
  readonly ownClass: string;
}

/** The whole file. */
export function modelingCode({ baseClass, helpers, ownClass }: ModelingParts): string {
  return `"""${baseClass} with layers of unequal width, as pruning with Pivotscope leaves them.

config.json counts the units of each layer in "per_layer_config", where they differ from the whole model's: neurons of the
MLP ("intermediate_size"), key/value heads of the text tower with their query heads ("num_key_value_heads"), heads of the
vision tower ("num_attention_heads"). "projection_bias" says that the last projections of the text tower have biases: what
the removed units gave on average. transformers' own class builds all layers alike; the class below then puts linear layers
of the right size in their places. All else is transformers' own: cache, generate, save_pretrained.

Needs transformers 5.14 or newer.
"""

from torch import nn
from transformers import ${baseClass}


${[HELPERS, ...(helpers === "" ? [] : [helpers]), ownClass].join("\n\n")}`;
}
