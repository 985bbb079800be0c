// @module-tag attack
/** Odd pictures in the browser, by its own decoders; no GPU is asked for. The same files and numbers as in Node. */
import { describe, expect, it } from "vitest";
import { decodePicture, inspectAndDecode } from "./decode-browser.ts";
import { oddPicture } from "./testing/odd-files.ts";
import { difference, ODD_PICTURES, STRANGERS } from "./testing/odd-pictures.ts";

const read = async (file: string) => (await fetch(oddPicture(file))).blob();

describe("odd pictures in the browser", () => {
  it.each(ODD_PICTURES.filter(({ expected }) => expected))(
    "$file gives Pillow's numbers",
    async ({ file, expected }) => {
      expect(expected && difference(await decodePicture(await read(file), file), expected)).toBe("equal");
    },
  );

  it.each(ODD_PICTURES.filter(({ expected }) => !expected))("$file is refused", async ({ file }) => {
    const known = STRANGERS[file];
    await expect(decodePicture(await read(file), file)).rejects.toMatchObject({
      name: "PivotscopeError",
      code: known === undefined ? "bad-input" : "unsupported",
      message: known ?? expect.stringContaining(file),
    });
  });

  it.each([
    ["rgb.png", true],
    ["exif-6.jpg", true],
    ["exif-6.webp", false],
    ["animated.png", false],
    ["still.gif", false],
  ])("%s shows as it is stored what was decoded: %s", async (file, shown) => {
    expect((await inspectAndDecode(await read(file), file)).keepsAsStored).toBe(shown);
  });
});
