/** Pictures of Llama 3.2 Vision: one frame of up to four tiles each. */
import { onDemand } from "../../../core/on-demand.ts";
import type { ArchitectureConfig, PictureSupport } from "../architecture.ts";
import { lazyPictureSupport } from "../shared/pictures/lazy-support.ts";
import type { TileGeometry } from "./processor.ts";
import { picturePrompt } from "./prompt.ts";

const loadProcessor = onDemand(() => import("./picture-processor.ts"));

/** @param geometryOf what of the configuration says how pictures are cut and written. */
export function pictureSupport<Config extends ArchitectureConfig>(
  geometryOf: (config: Config) => TileGeometry & { readonly imageTokenId: number },
): PictureSupport<Config> {
  return lazyPictureSupport(loadProcessor, geometryOf, picturePrompt);
}
