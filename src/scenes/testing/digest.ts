/** One number for many pictures, so that Node and browsers can be held to the same drawing. */
import { createRandom } from "../../core/random.ts";
import { drawScene } from "../draw/draw-scene.ts";
import { sampleScene } from "../sample-scene.ts";

/** SHA-256 of the pictures of twelve seeded scenes at three resolutions; whoever changes the drawing changes this. */
export const DRAWING_DIGEST = "0adfad2e4adccd94d2f3e6d18664c58b450db23d7b0d97b62e8d1c4efc091c85";

export async function digestDrawings(): Promise<string> {
  const random = createRandom(12);
  const pictures = Array.from({ length: 12 }, () => sampleScene(random, "train")).flatMap((scene) =>
    [48, 96, 333].map((size) => drawScene(scene, size).pixels),
  );
  const bytes = new Uint8Array(pictures.reduce((sum, { length }) => sum + length, 0));
  let offset = 0;
  for (const pixels of pictures) {
    bytes.set(pixels, offset);
    offset += pixels.length;
  }
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return [...digest].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
