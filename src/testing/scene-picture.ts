/** A picture file for tests: the scene of the bundled evaluation set's first sample, as a PNG of 96 × 96. Node only. */
import { fileURLToPath } from "node:url";

/** Absolute path. */
export const scenePicture = fileURLToPath(new URL("./pictures/scene.png", import.meta.url));
