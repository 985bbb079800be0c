import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { describeWithShared, readSharedJson } from "../../testing/shared.ts";
import { decodePicture } from "./decode-node.ts";
import { resizeLanczos } from "./lanczos.ts";
import { compositeOverWhite } from "./picture.ts";
import reference from "./testing/lanczos-reference.json";

const pause = () => Promise.resolve();
type Row = [width: number, height: number, wide: number, high: number, digest: string];

describe("resizing, against Pillow 13 (training/resize_reference.py)", () => {
  it.each(reference.resized as Row[])("%i × %i to %i × %i", async (width, height, wide, high, digest) => {
    const data = Uint8Array.from(
      { length: width * height * 3 },
      (_, index) => (index * 7919 + (index >> 4) * 31) % 251,
    );
    const resized = await resizeLanczos({ width, height, data }, wide, high, pause);
    expect(createHash("sha256").update(resized.data).digest("hex")).toBe(digest);
  });
});

describeWithShared(
  "a portrait, which Pillow 13 first makes lower",
  (folder) => {
    it("has Pillow 13's numbers, not those of Pillow 12", async () => {
      const { readFileSync } = await import("node:fs");
      const bytes = new Uint8Array(readFileSync(`${folder}/cases/portrait-9x16.png`));
      const image = compositeOverWhite(await decodePicture(bytes, "portrait-9x16.png"));
      const small = await resizeLanczos(await resizeLanczos(image, 144, 256, pause), 64, 64, pause);
      const sum = small.data.reduce((total, value) => total + value, 0);
      const sumOf = (version: string) =>
        readSharedJson<{ portrait: { sum: number } }>(folder, `cases/pillow-${version}.json`).portrait.sum;
      expect(sum).toBe(sumOf("13.0.0"));
      expect(sum).not.toBe(sumOf("12.0.0"));
    });
  },
  ["cases/portrait-9x16.png"],
);
