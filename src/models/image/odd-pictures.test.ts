// @module-tag attack
/** Odd pictures in Node: the numbers that Pillow gives, and what is damaged is refused. `odd-pictures.gpu.test.ts` is the same in a browser. */
import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { decodePicture } from "./decode-node.ts";
import { inspectImage, isAnimation } from "./size-guard.ts";
import { oddPicture } from "./testing/odd-files.ts";
import { ANIMATIONS, difference, ODD_PICTURES, STRANGERS } from "./testing/odd-pictures.ts";

const read = (file: string) => new Uint8Array(readFileSync(oddPicture(file)));

describe("odd pictures in Node", () => {
  it("are all there", () => {
    expect(readdirSync(oddPicture("")).sort()).toEqual(ODD_PICTURES.map(({ file }) => file).sort());
    expect(ODD_PICTURES.length).toBeGreaterThan(100);
  });

  it.each(ODD_PICTURES.filter(({ expected }) => expected))(
    "$file gives Pillow's numbers",
    async ({ file, expected }) => {
      expect(expected && difference(await decodePicture(read(file), file), expected)).toBe("equal");
    },
  );

  it.each(ODD_PICTURES.filter(({ expected }) => !expected))("$file is refused", async ({ file }) => {
    const known = STRANGERS[file];
    await expect(decodePicture(read(file), file)).rejects.toMatchObject({
      name: "PivotscopeError",
      code: known === undefined ? "bad-input" : "unsupported",
      message: known ?? expect.stringContaining(file),
    });
  });

  it("say whether they move", () => {
    const good = ODD_PICTURES.filter(({ expected }) => expected).map(({ file }) => file);
    expect(good.filter((file) => inspectImage(read(file), file).animated)).toEqual(ANIMATIONS);
    expect(ODD_PICTURES.filter(({ file }) => isAnimation(read(file))).map(({ file }) => file)).toEqual(ANIMATIONS);
  });
});
