/** Pictures of Qwen2-VL and the models after it, whose vision towers take pictures of any size. */
import { onDemand } from "../../../core/on-demand.ts";
import type { ArchitectureConfig, PictureSupport } from "../architecture.ts";
import type { PatchGeometry, ProcessorDefaults } from "./processor-config.ts";
import { picturePrompt, type VisionTokens } from "./prompt.ts";

const loadProcessor = onDemand(() => import("./picture-processor.ts"));

/**
 * @param geometryOf what of an architecture's configuration says how pictures are cut and written.
 * @param defaults those of Qwen2-VL when absent.
 */
export function pictureSupport<Config extends ArchitectureConfig>(
  geometryOf: (config: Config) => PatchGeometry & VisionTokens,
  defaults?: ProcessorDefaults,
): PictureSupport<Config> {
  return {
    async openProcessor(config, files) {
      const { openProcessor } = await loadProcessor();
      return openProcessor(files, geometryOf(config), defaults);
    },
    prompt: (config) => picturePrompt(geometryOf(config)),
  };
}
