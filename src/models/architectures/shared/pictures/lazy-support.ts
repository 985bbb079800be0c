/** Pictures of an architecture whose processor is fetched with the first model that has one. */
import type { PictureProcessor, PicturePrompt } from "../../../pictures.ts";
import type { ArchitectureConfig, PictureSupport, ProcessorFiles } from "../../architecture.ts";

interface ProcessorPart<Geometry> {
  openProcessor(files: ProcessorFiles, geometry: Geometry): PictureProcessor | null;
}

/** @param geometryOf what of the configuration says how pictures are cut and written. */
export function lazyPictureSupport<Config extends ArchitectureConfig, Geometry>(
  loadProcessor: () => Promise<ProcessorPart<Geometry>>,
  geometryOf: (config: Config) => Geometry & { readonly imageTokenId: number },
  promptOf: (imageTokenId: number) => PicturePrompt,
): PictureSupport<Config> {
  return {
    async openProcessor(config, files) {
      const { openProcessor } = await loadProcessor();
      return openProcessor(files, geometryOf(config));
    },
    prompt: (config) => promptOf(geometryOf(config).imageTokenId),
  };
}
