/**
 * Runs in the browser for its decoders; no GPU is involved. Pixels are compared with those that sharp gives in Node.
 */
import { describe, expect, it } from "vitest";
import { decodePicture } from "./decode-browser.ts";

/** SHA-256 of the RGBA bytes of the test picture as decoded in Node. */
const PIXELS_IN_NODE = "47ac99f14d664ce0647389e5e7ebb0b0fd2974037754cc07b4e35af35f8929cd";

async function sha256(bytes: Uint8ClampedArray): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", new Uint8Array(bytes)));
  return [...digest].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

const bundledPicture = async () => (await fetch(new URL("../../testing/pictures/scene.png", import.meta.url))).blob();

/** 32 × 16, left half red, right half blue. */
async function halves(type: string): Promise<Uint8Array<ArrayBuffer>> {
  const canvas = new OffscreenCanvas(32, 16);
  const context = canvas.getContext("2d");
  if (context === null) throw new Error("no canvas");
  context.fillStyle = "red";
  context.fillRect(0, 0, 16, 16);
  context.fillStyle = "blue";
  context.fillRect(16, 0, 16, 16);
  return new Uint8Array(await (await canvas.convertToBlob({ type })).arrayBuffer());
}

/** Puts an EXIF segment with nothing but an orientation behind a JPEG's start marker. */
function withOrientation(jpeg: Uint8Array, orientation: number): Uint8Array<ArrayBuffer> {
  const tiff = [0x4d, 0x4d, 0, 42, 0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0, 0, 0, 0, 0];
  const exif = [0x45, 0x78, 0x69, 0x66, 0, 0, ...tiff];
  return Uint8Array.of(0xff, 0xd8, 0xff, 0xe1, 0, exif.length + 2, ...exif, ...jpeg.subarray(2));
}

describe("decodePicture in the browser", () => {
  it("gives the same pixels as Node", async () => {
    const { width, height, pixels } = await decodePicture(await bundledPicture(), "scene.png");
    expect([width, height]).toEqual([96, 96]);
    expect(await sha256(pixels)).toBe(PIXELS_IN_NODE);
  });

  it.each(["image/png", "image/jpeg", "image/webp"])("reads %s", async (type) => {
    const { width, height, pixels } = await decodePicture(new Blob([await halves(type)]), "halves");
    expect([width, height]).toEqual([32, 16]);
    const [red, , blueOfRed] = pixels.subarray((8 * 32 + 4) * 4);
    const [redOfBlue, , blue] = pixels.subarray((8 * 32 + 28) * 4);
    for (const strong of [red, blue]) expect(strong).toBeGreaterThan(230);
    for (const weak of [blueOfRed, redOfBlue]) expect(weak).toBeLessThan(25);
  });

  it("turns a photograph as its EXIF orientation says", async () => {
    const turned = withOrientation(await halves("image/jpeg"), 6);
    const { width, height, pixels } = await decodePicture(new Blob([turned]), "turned.jpg");
    expect([width, height]).toEqual([16, 32]);
    // A quarter turn clockwise: what was left is on top.
    expect(pixels[(4 * 16 + 8) * 4]).toBeGreaterThan(230);
    expect(pixels[(28 * 16 + 8) * 4 + 2]).toBeGreaterThan(230);
  });

  it("keeps transparency", async () => {
    const canvas = new OffscreenCanvas(2, 1);
    canvas.getContext("2d")?.fillRect(0, 0, 1, 1);
    const { pixels } = await decodePicture(await canvas.convertToBlob(), "half.png");
    expect([pixels[3], pixels[7]]).toEqual([255, 0]);
  });

  it.each(["image/png", "image/jpeg", "image/webp"])("refuses a %s that is cut off", async (type) => {
    const bytes = await halves(type);
    const part = new Blob([bytes.subarray(0, bytes.length - 20)], { type });
    await expect(decodePicture(part, "half.img")).rejects.toMatchObject({
      name: "PivotscopeError",
      code: "bad-input",
      message: expect.stringContaining("half.img"),
    });
  });

  it("refuses a picture whose inside is damaged, and a file that is none", async () => {
    const bytes = new Uint8Array(await (await bundledPicture()).arrayBuffer());
    bytes.fill(0, 50, bytes.length - 12);
    await expect(decodePicture(new Blob([bytes]), "bad.png")).rejects.toMatchObject({ code: "bad-input" });
    await expect(decodePicture(new Blob(["text"]), "a.txt")).rejects.toMatchObject({ code: "bad-input" });
  });

  it("stops when it is cancelled", async () => {
    const decoding = decodePicture(await bundledPicture(), "e000.png", AbortSignal.abort());
    await expect(decoding).rejects.toMatchObject({ code: "cancelled" });
  });
});
