/** The class with which transformers runs a sliced model that is a decoder alone: Python that lies in its folder. */
import type { OwnModeling } from "../../../export/transformers/own-modeling.ts";
import { modelingCode, TEXT_WIDTHS } from "./transformers-code.ts";

/** @param baseClass of transformers. */
export function textOnlyModeling(baseClass: string): OwnModeling {
  const className = `Sliced${baseClass}`;
  const ownClass = `class ${className}(${baseClass}):
    """The same model with the widths of its layers."""

    def __init__(self, config):
        own, layer_widths = take_widths(config, ${TEXT_WIDTHS})
        super().__init__(config)
        for layer, widths in zip(self.model.layers, layer_widths):
            narrow_text(layer, getattr(config, "projection_bias", False), **widths)
        config.per_layer_config = own
        self.post_init()
`;
  const code = modelingCode({ baseClass, helpers: "", ownClass });
  return { baseClass, className, autoClass: "AutoModelForCausalLM", code };
}
