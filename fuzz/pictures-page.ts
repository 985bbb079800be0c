/** The page of `fuzz/pictures.ts`: decodes pictures as the workbench does. */
import { decodePicture } from "../src/models/image/decode-browser.ts";
import { decoded, type Seen } from "./decoded.ts";

async function decodeAll(pictures: readonly string[]): Promise<Seen[]> {
  const seen: Seen[] = [];
  for (const base64 of pictures) {
    const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
    seen.push(await decoded(() => decodePicture(new Blob([bytes]), "picture.img")));
  }
  return seen;
}

Object.assign(globalThis, { pivotscopeDecode: decodeAll });
