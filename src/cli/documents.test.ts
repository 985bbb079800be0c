/** docs/command-line.md has every command with the options that --help shows, and no others. */
import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { commands } from "./program.ts";

const sections = new Map(
  readFileSync("docs/command-line.md", "utf8")
    .split(/^## /m)
    .map((text) => [text.split("\n")[0], text]),
);
const optionsIn = (text: string, line: RegExp) => [...text.matchAll(line)].map((match) => match[1]).sort();

it.each(commands)("has the options of $name", ({ name, help }) => {
  const offered = optionsIn(help, /^\s+(--[a-z-]+)/gm).filter((option) => option !== "--help");
  expect(offered.length).toBeGreaterThan(0);
  expect(optionsIn(sections.get(name) ?? "", /^\| `(--[a-z-]+)/gm)).toEqual(offered);
});
