/** What each architecture's folder brings along for transformers; a further one is a line here. */
import { PivotscopeError } from "../../../core/errors.ts";
import type { JsonObject } from "../../../core/json/schemas.ts";
import { ownModeling as idefics3 } from "../../architectures/idefics3/transformers.ts";
import type { ModelConfig } from "../../architectures/registry.ts";
import { textOnlyModeling } from "../../architectures/shared/decoder/text-only-transformers.ts";
import type { OwnModeling } from "./own-modeling.ts";

const MODELINGS: Partial<Readonly<Record<ModelConfig["architecture"], (config: JsonObject) => OwnModeling>>> = {
  idefics3,
  llama: () => textOnlyModeling("LlamaForCausalLM"),
  qwen2: () => textOnlyModeling("Qwen2ForCausalLM"),
  qwen3: () => textOnlyModeling("Qwen3ForCausalLM"),
  "gemma3-text": () => textOnlyModeling("Gemma3ForCausalLM"),
};

/**
 * @param found the original's config.json.
 * @throws PivotscopeError `unsupported` for an architecture that has no class of its own here.
 */
export function modelingOf({ architecture }: ModelConfig, found: JsonObject): OwnModeling {
  const make = MODELINGS[architecture];
  if (make) return make(found);
  throw new PivotscopeError(
    "unsupported",
    `There is no class here with which transformers runs a sliced ${architecture}; there is one for ${Object.keys(MODELINGS).join(", ")}.`,
    "Export the plan and apply it with transformers.",
  );
}
