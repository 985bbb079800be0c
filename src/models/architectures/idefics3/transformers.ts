/** The class with which transformers runs a sliced Idefics3 or SmolVLM: Python that lies in its folder. */
import type { JsonObject } from "../../../core/json/schemas.ts";
import type { OwnModeling } from "../../export/transformers/own-modeling.ts";
import { modelingCode, TEXT_WIDTHS } from "../shared/decoder/transformers-code.ts";

const NARROW_VISION = `def narrow_vision(layer, intermediate_size, num_attention_heads):
    """Give a layer of the vision tower its widths; heads keep their size."""
    attention, mlp = layer.self_attn, layer.mlp
    columns = num_attention_heads * attention.head_dim
    attention.num_heads = num_attention_heads
    attention.q_proj = resized(attention.q_proj, outputs=columns)
    attention.k_proj = resized(attention.k_proj, outputs=columns)
    attention.v_proj = resized(attention.v_proj, outputs=columns)
    attention.out_proj = resized(attention.out_proj, inputs=columns)
    mlp.fc1 = resized(mlp.fc1, outputs=intermediate_size)
    mlp.fc2 = resized(mlp.fc2, inputs=intermediate_size)
`;

/** @param config the original's config.json. */
export function ownModeling(config: JsonObject): OwnModeling {
  const baseClass =
    config.model_type === "smolvlm" ? "SmolVLMForConditionalGeneration" : "Idefics3ForConditionalGeneration";
  const className = `Sliced${baseClass}`;
  const ownClass = `class ${className}(${baseClass}):
    """The same model with the widths of both towers' layers."""

    def __init__(self, config):
        text, vision = config.text_config, config.vision_config
        text_own, text_widths = take_widths(text, ${TEXT_WIDTHS})
        vision_own, vision_widths = take_widths(vision, "intermediate_size", "num_attention_heads")
        super().__init__(config)
        for layer, widths in zip(self.model.text_model.layers, text_widths):
            narrow_text(layer, getattr(text, "projection_bias", False), **widths)
        for layer, widths in zip(self.model.vision_model.encoder.layers, vision_widths):
            narrow_vision(layer, **widths)
        text.per_layer_config, vision.per_layer_config = text_own, vision_own
        self.post_init()
`;
  return {
    baseClass,
    className,
    autoClass: "AutoModelForImageTextToText",
    code: modelingCode({ baseClass, helpers: NARROW_VISION, ownClass }),
  };
}
