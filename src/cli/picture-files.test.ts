// @module-tag attack
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { oddPicture } from "../models/image/testing/odd-files.ts";
import type { CommandContext } from "./context.ts";
import { noteAnimation, picturePath } from "./picture-files.ts";
import { readSamples } from "./samples.ts";

const root = mkdtempSync(join(tmpdir(), "pivotscope-pictures-"));
const folder = join(root, "list");
const file = join(folder, "samples.json");
mkdirSync(join(folder, "pictures"), { recursive: true });
mkdirSync(join(root, "list-of-another"));
for (const path of [
  file,
  join(folder, "pictures/a.png"),
  join(root, "secret.png"),
  join(root, "list-of-another/b.png"),
]) {
  writeFileSync(path, "");
}
symlinkSync(join(root, "secret.png"), join(folder, "link.png"));
symlinkSync(join(folder, "pictures"), join(folder, "same"));
afterAll(() => rmSync(root, { recursive: true }));

const outside = (picture: string) =>
  expect.objectContaining({
    code: "bad-input",
    message: `${file}: the picture "${picture}" lies outside of the file's folder.`,
    hint: expect.stringContaining("--any-folder"),
  });

function silent(written: string[] = []): CommandContext {
  return {
    write: () => {},
    writeError: (text) => void written.push(text),
    showProgress: false,
    debug: false,
    signal: new AbortController().signal,
  };
}

describe("pictures of a samples file", () => {
  it.each(["pictures/a.png", "./pictures/../pictures/a.png", "same/a.png", "not-there.png", "..a.png"])(
    "%s is its own",
    async (picture) => {
      expect(await picturePath(file, picture, false)).toBe(join(folder, picture));
    },
  );

  it.each([
    "../secret.png",
    "pictures/../../secret.png",
    "/etc/hostname",
    "../list-of-another/b.png",
    "link.png",
    ".",
    "..",
  ])("%s lies outside", async (picture) => {
    await expect(picturePath(file, picture, false)).rejects.toEqual(outside(picture));
    await expect(picturePath(file, picture, true)).resolves.toMatch(/^\//);
  });

  it("are refused before anything is loaded, and read where that is allowed", async () => {
    writeFileSync(file, JSON.stringify({ samples: [{ question: "What?", image: "../secret.png" }] }));
    await expect(readSamples(file, {}, silent())).rejects.toEqual(outside("../secret.png"));
    const list = await readSamples(file, { "any-folder": true }, silent());
    await expect(list.readPicture("../secret.png")).resolves.toHaveLength(0);
  });

  it("are said to move where they do", async () => {
    const { readFileSync } = await import("node:fs");
    const written: string[] = [];
    for (const name of ["animated.gif", "still.gif", "animated.webp", "rgb.png", "bad-empty.png"]) {
      noteAnimation(new Uint8Array(readFileSync(oddPicture(name))), name, silent(written));
    }
    expect(written).toEqual([
      "animated.gif moves; its first picture is taken.\n",
      "animated.webp moves; its first picture is taken.\n",
    ]);
  });
});
