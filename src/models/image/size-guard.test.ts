// @module-tag attack
import fc from "fast-check";
import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { decodePicture } from "./decode-node.ts";
import { inspectImage } from "./size-guard.ts";

const noise = Uint8Array.from({ length: 24 * 16 * 3 }, (_, index) => (index * 7919) % 251);
const picture = () => sharp(noise, { raw: { width: 24, height: 16, channels: 3 } });
const formats: [string, () => Promise<Buffer>][] = [
  ["png", () => picture().png().toBuffer()],
  ["jpg", () => picture().jpeg().toBuffer()],
  [
    "jpg",
    () =>
      picture()
        .jpeg({ progressive: true })
        .withExif({ IFD0: { Copyright: "x" } })
        .toBuffer(),
  ],
  ["webp", () => picture().webp().toBuffer()],
  ["webp", () => picture().webp({ lossless: true }).toBuffer()],
  ["gif", () => picture().gif().toBuffer()],
];

/** A PNG header that claims a size, and its end. */
function claimedPng(width: number, height: number): Uint8Array {
  const bytes = new Uint8Array(8 + 25 + 12);
  bytes.set([0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10, 0, 0, 0, 13, 0x49, 0x48, 0x44, 0x52]);
  const view = new DataView(bytes.buffer);
  view.setUint32(16, width);
  view.setUint32(20, height);
  view.setUint32(33 + 4, 0x49454e44);
  // The checksum of a header that says 8000 × 8000; what says more is refused before it is looked at. Then that of the end.
  view.setUint32(29, 0x13eab9e9);
  view.setUint32(41, 0xae426082);
  return bytes;
}

describe.each(formats)("a %s", (format, encode) => {
  it("is known by its header", async () => {
    expect(inspectImage(await encode(), "x")).toEqual({ format, width: 24, height: 16, animated: false });
  });

  it("may carry bytes after its end", async () => {
    expect(inspectImage(Buffer.concat([await encode(), Buffer.from("more")]), "x").format).toBe(format);
  });

  it("is refused when it is cut off anywhere", async () => {
    const bytes = await encode();
    for (const share of [0.1, 0.5, 0.9]) {
      const part = bytes.subarray(0, Math.floor(bytes.length * share));
      expect(() => inspectImage(part, "half.img")).toThrow(
        expect.objectContaining({ code: "bad-input", message: expect.stringContaining("half.img") }),
      );
    }
    expect(() => inspectImage(bytes.subarray(0, bytes.length - 3), "x")).toThrow(/damaged or cut off/);
  });

  it("never fails with anything but a PivotscopeError, whatever happens to its bytes", async () => {
    const sound = await encode();
    const change = fc.tuple(fc.nat(Math.min(200, sound.length - 1)), fc.nat(255));
    fc.assert(
      fc.property(fc.array(change, { maxLength: 4 }), fc.nat(sound.length), (changes, length) => {
        const bytes = Uint8Array.from(sound);
        for (const [index, value] of changes) bytes[index] = value;
        try {
          inspectImage(bytes.subarray(0, length), "x");
        } catch (error) {
          expect(error).toMatchObject({ name: "PivotscopeError" });
        }
      }),
      { numRuns: 300 },
    );
  });
});

describe("inspectImage", () => {
  it("takes 64 megapixels and names both numbers beyond", () => {
    expect(inspectImage(claimedPng(8000, 8000), "x")).toEqual({
      format: "png",
      width: 8000,
      height: 8000,
      animated: false,
    });
    expect(() => inspectImage(claimedPng(8001, 8000), "big.png")).toThrow(
      expect.objectContaining({
        code: "bad-input",
        message: expect.stringMatching(/big.png has 8001 × 8000 = 64.008 megapixels; at most 64 /),
      }),
    );
    expect(() => inspectImage(claimedPng(100_000, 100_000), "x")).toThrow(/10,000 megapixels; at most 64/);
  });

  it("names another format, nonsense and an empty size", () => {
    expect(() => inspectImage(Buffer.from("BM and more"), "a.bmp")).toThrow(
      expect.objectContaining({
        code: "unsupported",
        message: "a.bmp is a BMP picture; PNG, JPEG, WebP and GIF can be read.",
      }),
    );
    for (const bytes of [new Uint8Array(), new TextEncoder().encode("not a picture at all, but text")]) {
      expect(() => inspectImage(bytes, "a.txt")).toThrow(/a.txt .* is not a picture/);
    }
    expect(() => inspectImage(claimedPng(0, 5), "x")).toThrow(/0 × 5/);
  });
});

describe("decodePicture in Node", () => {
  it("gives the stored pixels as RGBA", async () => {
    const { width, height, pixels } = await decodePicture(await picture().png().toBuffer(), "x");
    expect([width, height, pixels.length]).toEqual([24, 16, 24 * 16 * 4]);
    expect([...pixels.subarray(4, 8)]).toEqual([...noise.subarray(3, 6), 255]);
  });

  it("keeps transparency, and turns grey and 16-bit pictures into 8-bit RGBA", async () => {
    const half = sharp(Uint8Array.of(200, 100, 50, 127), { raw: { width: 1, height: 1, channels: 4 } });
    expect([...(await decodePicture(await half.png().toBuffer(), "x")).pixels]).toEqual([200, 100, 50, 127]);
    const grey = sharp(Uint8Array.of(77), { raw: { width: 1, height: 1, channels: 1 } }).toColourspace("b-w");
    expect([...(await decodePicture(await grey.png().toBuffer(), "x")).pixels]).toEqual([77, 77, 77, 255]);
    const deep = picture().toColourspace("rgb16").png();
    expect((await decodePicture(await deep.toBuffer(), "x")).pixels).toHaveLength(24 * 16 * 4);
  });

  it("turns the picture as its EXIF orientation says", async () => {
    const turned = await picture().png().withMetadata({ orientation: 6 }).toBuffer();
    const { width, height, pixels } = await decodePicture(turned, "x");
    expect([width, height]).toEqual([16, 24]);
    // A quarter turn clockwise: the stored bottom left corner comes first.
    expect([...pixels.subarray(0, 3)]).toEqual([...noise.subarray(15 * 24 * 3, 15 * 24 * 3 + 3)]);
  });

  it("names a picture whose inside is damaged", async () => {
    const bytes = Uint8Array.from(await picture().png().toBuffer());
    bytes.fill(0, 50, bytes.length - 12);
    await expect(decodePicture(bytes, "bad.png")).rejects.toMatchObject({
      name: "PivotscopeError",
      code: "bad-input",
      message: expect.stringContaining("bad.png"),
    });
  });

  it("stops when it is cancelled", async () => {
    const decoding = decodePicture(await picture().png().toBuffer(), "x", AbortSignal.abort());
    await expect(decoding).rejects.toMatchObject({ code: "cancelled" });
  });
});
