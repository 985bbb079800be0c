/** Names what a picture shows the vision tower, so that what was computed from it is not taken for another one's. */
import type { Frame } from "../../models/pictures.ts";
import { sha256Of } from "../../models/weight-hash.ts";
import type { PassSample } from "./batch.ts";

/** Hex SHA-256 of the numbers of all frames. */
export async function hashFrames(frames: readonly Frame[]): Promise<string> {
  return sha256Of(frames.map(({ values }) => new Uint8Array(values.buffer, values.byteOffset, values.byteLength)));
}

/** The same of a sample's picture, without loading it where it was hashed before. */
export async function pictureHashOf(sample: PassSample): Promise<string> {
  return "load" in sample ? sample.pictureHash : hashFrames(sample.frames);
}
