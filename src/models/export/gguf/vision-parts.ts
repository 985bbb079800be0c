/** What each architecture with a vision tower is to llama.cpp; a further one is a line here. */
import { PivotscopeError } from "../../../core/errors.ts";
import type { ModelDefinition } from "../../architectures/definition.ts";
import { visionParts as idefics3, type VisionFiles } from "../../architectures/idefics3/gguf.ts";
import type { ModelConfig } from "../../architectures/registry.ts";
import type { NumberFormat } from "../number-format.ts";
import type { GgufParts } from "./parts.ts";

/**
 * The vision tower's file.
 *
 * @returns null for a model that takes text only.
 * @throws PivotscopeError as the architecture's own.
 */
export function visionParts(
  definition: Pick<ModelDefinition, "vision">,
  config: ModelConfig,
  files: VisionFiles,
  name: string,
  format: NumberFormat,
): GgufParts | null {
  if (!definition.vision) return null;
  if (config.architecture === "idefics3") return idefics3(definition, config, files, name, format);
  throw new PivotscopeError(
    "unsupported",
    `There is no way here to write the vision tower of ${config.architecture} for llama.cpp.`,
    "Export another format.",
  );
}
