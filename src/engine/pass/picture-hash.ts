/** Names what a picture shows the vision tower, so that what was computed from it is not taken for another one's. */
import type { Frame } from "../../models/pictures.ts";
import { sha256Of } from "../../models/weight-hash.ts";
import type { PassSample } from "./batch.ts";

/** Hex SHA-256 of all that frames are to the vision tower. */
export async function hashFrames(frames: readonly Frame[]): Promise<string> {
  return sha256Of(frames.flatMap((frame) => numbersOf(frame).map(bytesOf)));
}

/** A square frame is told by its numbers alone: how many they are says its sides. */
function numbersOf({ values, grid: { rows, columns }, feeds = {} }: Frame): (Float32Array | Int32Array)[] {
  return [
    values,
    ...(rows === columns ? [] : [Int32Array.of(rows, columns)]),
    ...Object.values(feeds).map((feed) => feed.values),
  ];
}

function bytesOf({ buffer, byteOffset, byteLength }: Float32Array | Int32Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

/** The same of a sample's picture, without loading it where it was hashed before. */
export async function pictureHashOf(sample: PassSample): Promise<string> {
  return "load" in sample ? sample.pictureHash : hashFrames(sample.frames);
}
