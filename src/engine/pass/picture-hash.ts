/** Names what a picture shows the vision tower, so that what was computed from it is not taken for another one's. */
import type { Frame } from "../../models/pictures.ts";
import { createSha256 } from "../../models/weight-hash.ts";
import type { PassSample } from "./batch.ts";

/** Hex SHA-256 of the numbers of all frames. */
export async function hashFrames(frames: readonly Frame[]): Promise<string> {
  const hasher = await createSha256();
  for (const { values } of frames) hasher.update(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
  return hasher.digest();
}

/** The same of a sample's picture, without loading it where it was hashed before. */
export async function pictureHashOf(sample: PassSample): Promise<string> {
  return "load" in sample ? sample.pictureHash : hashFrames(sample.frames);
}
