import { expect, it } from "vitest";
import { strangers } from "./slim-folders.ts";

const LINUX = { platform: "linux", arch: "x64" };

it("names the parts of other platforms", () => {
  expect(strangers(["darwin/arm64", "linux/arm64", "linux/x64", "win32/x64"], LINUX)).toEqual([
    "darwin/arm64",
    "linux/arm64",
    "win32/x64",
  ]);
  const flat = ["darwin-universal", "linux-x64"];
  expect(strangers(flat, LINUX)).toEqual(["darwin-universal"]);
  expect(strangers(flat, { platform: "darwin", arch: "arm64" })).toEqual(["linux-x64"]);
});

it("leaves all where none is for this platform", () => {
  expect(strangers(["darwin/arm64", "win32/x64"], LINUX)).toEqual([]);
  expect(strangers(["binaries"], LINUX)).toEqual([]);
});
