import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { describeWithShared, readSharedJson } from "../../testing/shared.ts";
import { decodePicture } from "./decode-node.ts";
import { BICUBIC, BILINEAR, LANCZOS } from "./filters.ts";
import { compositeOverWhite } from "./picture.ts";
import { resize } from "./resize.ts";
import reference from "./testing/resize-reference.json";

const pause = () => Promise.resolve();
type Row = [width: number, height: number, wide: number, high: number, digest: string];

const FILTERS = { LANCZOS, BICUBIC, BILINEAR };

describe.each(Object.entries(FILTERS))(
  "resizing by %s, against Pillow 13 (training/resize_reference.py)",
  (name, filter) => {
    it.each(reference.resized[name as keyof typeof FILTERS] as Row[])(
      "%i × %i to %i × %i",
      async (width, height, wide, high, digest) => {
        const data = Uint8Array.from(
          { length: width * height * 3 },
          (_, index) => (index * 7919 + (index >> 4) * 31) % 251,
        );
        const resized = await resize({ width, height, data }, wide, high, filter, pause);
        expect(createHash("sha256").update(resized.data).digest("hex")).toBe(digest);
      },
    );
  },
);

describeWithShared(
  "a portrait, which Pillow 13 first makes lower",
  (folder) => {
    it("has Pillow 13's numbers, not those of Pillow 12", async () => {
      const { readFileSync } = await import("node:fs");
      const bytes = new Uint8Array(readFileSync(`${folder}/cases/portrait-9x16.png`));
      const image = compositeOverWhite(await decodePicture(bytes, "portrait-9x16.png"));
      const small = await resize(await resize(image, 144, 256, LANCZOS, pause), 64, 64, LANCZOS, pause);
      const sum = small.data.reduce((total, value) => total + value, 0);
      const sumOf = (version: string) =>
        readSharedJson<{ portrait: { sum: number } }>(folder, `cases/pillow-${version}.json`).portrait.sum;
      expect(sum).toBe(sumOf("13.0.0"));
      expect(sum).not.toBe(sumOf("12.0.0"));
    });
  },
  ["cases/portrait-9x16.png"],
);
