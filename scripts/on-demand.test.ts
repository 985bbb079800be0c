import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";

const src = join(import.meta.dirname, "..", "src");

/** Rooms and files that only Node runs, where modules lie on the disk. */
const IN_NODE = /^cli\/|\/testing\/|\.test\.tsx?$|(^|\/)(node|headless|dawn)-|^engine\/(node|headless)/;

it("every part of the page that is fetched later is fetched by onDemand or createPartStore, which can try again", () => {
  const files = readdirSync(src, { recursive: true })
    .map((name) => String(name).replaceAll("\\", "/"))
    .filter((name) => /\.tsx?$/.test(name) && !IN_NODE.test(name));
  const imports: string[] = [];
  const bare: string[] = [];
  for (const file of files) {
    const text = readFileSync(join(src, file), "utf8");
    for (const { index } of text.matchAll(/(?<!typeof )\bimport\(/g)) {
      imports.push(file);
      const statement = text.slice(text.lastIndexOf(";", index), index);
      if (!/\b(onDemand|createPartStore)\((async )?\(\) =>/.test(statement)) bare.push(file);
    }
  }
  expect(bare).toEqual([]);
  expect(imports.length).toBeGreaterThan(20);
});
