/** A picture that was not cut, for tests of prompts. */
import type { PictureLayout } from "../pictures.ts";

/** @param tokens image tokens that it takes. */
export function wholePicture(tokens: number): PictureLayout {
  return { grid: { rows: 0, columns: 0 }, frames: [{ tokens }] };
}
