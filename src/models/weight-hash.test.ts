import { createHash } from "node:crypto";
import { expect, it } from "vitest";
import { combineHashes, sha256Of } from "./weight-hash.ts";

const bytes = (text: string) => new TextEncoder().encode(text);
const expected = (text: string) => createHash("sha256").update(text).digest("hex");

it("hashes pieces as their whole, many at a time", async () => {
  const texts = ["", "abc", "a picture", "x".repeat(100_000)];
  const found = await Promise.all(texts.map((text) => sha256Of([bytes(text.slice(0, 2)), bytes(text.slice(2))])));
  expect(found).toEqual(texts.map(expected));
});

it("names weights in several files by their digests, one a line, and those in one file by its own", async () => {
  expect(await combineHashes(["ab"])).toBe("ab");
  expect(await combineHashes(["ab", "cd"])).toBe(expected("ab\ncd\n"));
});
