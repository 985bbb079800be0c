/** docs/method.md has every constant with the value and bounds that the code has, and every method. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { methods } from "./methods/index.ts";
import { choiceDescriptions, defaultParameters, parameterDescriptions } from "./parameters.ts";

const text = readFileSync("docs/method.md", "utf8");
const section = (heading: string) => text.split(/^##+ /m).find((part) => part.startsWith(`${heading}\n`)) ?? "";
/** Cells of a section's rows, without marks. */
const rows = section("8. Constants")
  .split("\n")
  .filter((line) => line.startsWith("| `"))
  .map((line) => line.split("|").map((cell) => cell.replaceAll("`", "").trim()));
const rowsOf = (name: string) => rows.filter(([, names = ""]) => names.split(", ").includes(name));

describe("the table of constants", () => {
  it.each(parameterDescriptions)("has $name as it is", ({ name, minimum, maximum, integer, redo }) => {
    const range = `${minimum} to ${maximum}${integer ? ", whole" : ""}`;
    const [row = []] = rowsOf(name);
    expect(row.slice(2, 4)).toEqual([String(defaultParameters()[name]), range]);
    expect(row[4]).toMatch(new RegExp(`^${redo}`));
  });

  it.each(choiceDescriptions)("has the choice $name, and what is chosen at first", ({ name, redo }) => {
    const [row = []] = rowsOf(name);
    const place = (row[1] ?? "").split(", ").indexOf(name);
    expect(
      row[2]
        ?.split(", ")
        [place]?.toLowerCase()
        .replace(/[^a-z\d]/g, ""),
    ).toBe(
      String(defaultParameters()[name])
        .toLowerCase()
        .replace(/[^a-z\d]/g, ""),
    );
    expect(row[4]).toMatch(new RegExp(`^${redo}`));
  });

  it("has nothing else", () => {
    const known = Object.keys(defaultParameters());
    for (const [, names = ""] of rows) for (const name of names.split(", ")) expect(known).toContain(name);
  });
});

it.each(methods.map(({ label }) => label))("the table of criteria has %s", (label) => {
  const first = section("Criteria")
    .split("\n")
    .map((line) => line.split("|")[1]?.trim());
  expect(first).toContain(label);
});
