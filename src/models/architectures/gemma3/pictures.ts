/** Gemma 3's pictures: one square frame each. */
import { onDemand } from "../../../core/on-demand.ts";
import type { ArchitectureConfig, PictureSupport } from "../architecture.ts";
import { lazyPictureSupport } from "../shared/pictures/lazy-support.ts";
import type { FrameGeometry } from "./processor.ts";
import { picturePrompt } from "./prompt.ts";

const loadProcessor = onDemand(() => import("./picture-processor.ts"));

/** @param geometryOf what of the configuration says how pictures are cut and written. */
export function pictureSupport<Config extends ArchitectureConfig>(
  geometryOf: (config: Config) => FrameGeometry & { readonly imageTokenId: number },
): PictureSupport<Config> {
  return lazyPictureSupport(loadProcessor, geometryOf, picturePrompt);
}
