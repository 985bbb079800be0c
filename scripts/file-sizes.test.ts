/** Files stay small: none of TypeScript has more than 350 lines, and half of them have at most 100. */
import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, it } from "vitest";

const LONGEST = 350;
const LARGEST_MEDIAN = 100;
const root = resolve(import.meta.dirname, "..");

const files = ["src", "scripts", "bench", "fuzz", "e2e", "conformance"].flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((path) => /\.tsx?$/.test(path) && !path.includes("node_modules"))
    .map((path) => ({
      path: `${folder}/${path}`,
      lines: readFileSync(join(root, folder, path), "utf8").split("\n").length - 1,
    })),
);

it(`no file has more than ${LONGEST} lines`, () => {
  expect(files.filter(({ lines }) => lines > LONGEST)).toEqual([]);
});

it(`half of the files have at most ${LARGEST_MEDIAN} lines`, () => {
  const lengths = files.map(({ lines }) => lines).sort((left, right) => left - right);
  expect(lengths.length).toBeGreaterThan(500);
  expect(lengths[lengths.length >> 1]).toBeLessThanOrEqual(LARGEST_MEDIAN);
});
