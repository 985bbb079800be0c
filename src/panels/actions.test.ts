import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { actions, controlKeys } from "./actions.ts";

const readme = readFileSync("README.md", "utf8");
/** First cells of the README's table of keys, without backticks. */
const rows = /\| key \| what it does \|\n\| --- \| --- \|\n((?:\|.*\n)+)/.exec(readme)?.[1]?.trim().split("\n") ?? [];
const cells = rows.map((row) => row.split("|")[1]?.trim() ?? "");
const keysOf = (text: string) => [...text.matchAll(/`([^`]+)`/g)].map((match) => match[1]);

describe("the README's table of keys", () => {
  it("has every key that does something", () => {
    expect(rows.length).toBeGreaterThan(10);
    expect(cells.flatMap(keysOf)).toEqual(expect.arrayContaining(actions.map(({ key }) => key)));
  });

  it("has no single key that does nothing", () => {
    const single = cells.flatMap(keysOf).filter((key) => /^[a-z?[\]]$/.test(key ?? ""));
    expect(single.sort()).toEqual(actions.map(({ key }) => key).sort());
  });

  it("has the keys of the controls, as the help has them", () => {
    const words = new Set(rows.join(" ").match(/[\p{Letter}⌘←→]+/gu));
    for (const { keys } of controlKeys) {
      const named = keys.split(/ (?:on|in) (?:the|a|an) /)[0] ?? "";
      for (const word of named.match(/[\p{Letter}⌘←→]+/gu) ?? []) expect(words, keys).toContain(word);
    }
  });
});
